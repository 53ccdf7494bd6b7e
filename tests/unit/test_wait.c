/* SPDX-License-Identifier: BSD-2-Clause */
/* Chains that wait, by a client of the control socket, on a switch without a kernel. */
#include "fixture.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include "switchd/command.h"
#include "switchd/control.h"

#define PATIENCE 10 /* seconds in which what is to come has to come */

static struct control *control;
static char folder[32];

static int setup(void **state)
{
	struct fixture *fixture;

	fixture_setup(state);
	fixture = *state;
	strcpy(folder, "/tmp/xvs-wait-XXXXXX");
	assert_non_null(mkdtemp(folder));
	assert_int_equal(
		instance_init(&fixture->daemon.instance, "x", folder, NULL, &fixture->error), 0);
	fixture->daemon.base = event_base_new();
	assert_int_equal(control_open(&fixture->daemon, &control, &fixture->error), 0);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	control_close(control);
	assert_int_equal(rmdir(folder), 0);
	event_base_free(fixture->daemon.base);
	fixture->daemon.base = NULL;
	return fixture_teardown(state);
}

static int connect_client(struct fixture *fixture)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	strcpy(address.sun_path, fixture->daemon.instance.socket);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* Sends a chain, words apart by one space, as a request of this id; 0: a notification. */
static void ask(int fd, int id, const char *line)
{
	char *copy = strdup(line), *rest = copy, *word, *data;
	json_t *words = json_array(), *message;

	while ((word = strsep(&rest, " ")))
		json_array_append_new(words, json_string(word));
	message = json_pack("{s:s,s:o}", "method", "ovs-vsctl", "params", words);
	json_object_set_new(message, "id", id ? json_integer(id) : json_null());
	data = json_dumps(message, 0);
	assert_int_equal(send(fd, data, strlen(data), 0), strlen(data));
	free(data);
	json_decref(message);
	free(copy);
}

struct reading {
	struct event_base *base;
	int fd;
};

/* json_load_callback_t: an octet at a time, so that what follows an answer is left. */
static size_t read_octet(void *buffer, size_t size, void *arg)
{
	const struct reading *reading = arg;
	time_t end = time(NULL) + PATIENCE;

	(void)size;
	do {
		ssize_t n = recv(reading->fd, buffer, 1, 0);

		if (n >= 0)
			return (size_t)n;
		event_base_loop(reading->base, EVLOOP_NONBLOCK);
	} while (time(NULL) < end);
	return (size_t)-1;
}

/* The next answer is this one. */
static void expect(struct fixture *fixture, int fd, int id, int status, const char *output)
{
	struct reading reading = {fixture->daemon.base, fd};
	json_t *answer = json_load_callback(read_octet, &reading, JSON_DISABLE_EOF_CHECK, NULL);
	json_t *result = json_object_get(answer, "result");

	assert_non_null(answer);
	assert_int_equal(json_integer_value(json_object_get(answer, "id")), id);
	assert_int_equal(json_integer_value(json_object_get(result, "status")), status);
	assert_string_equal(json_string_value(json_object_get(result, "output")), output);
	json_decref(answer);
}

/* By a client of its own, which does not wait for others. */
static void expect_bridges(struct fixture *fixture, const char *bridges)
{
	int fd = connect_client(fixture);

	ask(fd, 9, "list-br");
	expect(fixture, fd, 9, 0, bridges);
	close(fd);
}

static void make(struct fixture *fixture, const char *line)
{
	int fd = connect_client(fixture);

	ask(fd, 8, line);
	expect(fixture, fd, 8, 0, "");
	close(fd);
}

static void on_passed(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	*(bool *)arg = true;
}

/* What waits has been tried again, and there is no answer still: a timer that is set later than the
 * retry's ends later. */
static void expect_none(struct fixture *fixture, int fd)
{
	const struct timeval later = {.tv_usec = 2 * CONTROL_RETRY_MS * 1000};
	bool passed = false;
	struct event *timer = event_new(fixture->daemon.base, -1, 0, on_passed, &passed);
	char octet;

	event_base_loop(fixture->daemon.base, EVLOOP_NONBLOCK);
	event_add(timer, &later);
	while (!passed)
		event_base_loop(fixture->daemon.base, EVLOOP_ONCE);
	event_free(timer);
	assert_int_equal(recv(fd, &octet, 1, MSG_PEEK), -1);
	assert_int_equal(errno, EAGAIN);
}

static void test_what_is_so_already(void **state)
{
	struct fixture *fixture = *state;
	int fd = connect_client(fixture);

	make(fixture, "add-br br0");
	ask(fd, 1, "wait-until bridge br0 -- list-br");
	expect(fixture, fd, 1, 0, "br0\n");
	ask(fd, 2, "wait-until bridge br0 name=br0 stp_enable=false -- list-br");
	expect(fixture, fd, 2, 0, "br0\n");
	close(fd);
}

static void test_answered_after_the_change(void **state)
{
	struct fixture *fixture = *state;
	int fd = connect_client(fixture), other = connect_client(fixture);

	ask(fd, 1, "wait-until bridge br0 external_ids:a=b -- get bridge br0 external_ids");
	ask(other, 2, "wait-until bridge br0 -- list-br");
	expect_none(fixture, fd);
	make(fixture, "add-br br0");
	expect(fixture, other, 2, 0, "br0\n");
	expect_none(fixture, fd);
	make(fixture, "set bridge br0 external_ids:a=c");
	expect_none(fixture, fd);
	make(fixture, "set bridge br0 external_ids:a=b");
	expect(fixture, fd, 1, 0, "{a=b}\n");
	close(fd);
	close(other);
}

/* What stands before the wait in its chain is not done yet, either; then it is done once. */
static void test_nothing_is_done_before(void **state)
{
	struct fixture *fixture = *state;
	int fd = connect_client(fixture);

	ask(fd, 1, "add-br br1 -- wait-until bridge br0 -- add-port br0 p1 -- list-br");
	expect_none(fixture, fd);
	expect_bridges(fixture, "");
	make(fixture, "add-br br0");
	expect(fixture, fd, 1, 0, "br0\nbr1\n");
	expect_bridges(fixture, "br0\nbr1\n");
	close(fd);
}

static void test_refused_in_the_end(void **state)
{
	struct fixture *fixture = *state;
	int fd = connect_client(fixture);

	ask(fd, 1, "add-br br1 -- wait-until bridge br0 -- del-br br9");
	expect_none(fixture, fd);
	make(fixture, "add-br br0");
	expect(fixture, fd, 1, 1, "");
	expect_bridges(fixture, "br0\n");
	ask(fd, 2, "wait-until bridge br0 nonsense=1");
	expect(fixture, fd, 2, 1, "");
	close(fd);
}

/* A client's requests are answered in their order; others do not wait. */
static void test_order(void **state)
{
	struct fixture *fixture = *state;
	int fd = connect_client(fixture);

	ask(fd, 1, "wait-until bridge br0 -- list-br");
	ask(fd, 2, "add-br br1");
	ask(fd, 3, "wait-until bridge br2 -- list-br");
	ask(fd, 4, "list-br");
	expect_none(fixture, fd);
	expect_bridges(fixture, "");
	make(fixture, "add-br br0");
	expect(fixture, fd, 1, 0, "br0\n");
	expect(fixture, fd, 2, 0, "");
	expect_none(fixture, fd);
	make(fixture, "add-br br2");
	expect(fixture, fd, 3, 0, "br0\nbr1\nbr2\n");
	expect(fixture, fd, 4, 0, "br0\nbr1\nbr2\n");
	close(fd);
}

/* One that nobody wants to be told of waits as well, and what comes behind it with it. */
static void test_notification(void **state)
{
	struct fixture *fixture = *state;
	int fd = connect_client(fixture);

	ask(fd, 0, "wait-until bridge br0 -- add-br br1");
	ask(fd, 1, "list-br");
	expect_none(fixture, fd);
	make(fixture, "add-br br0");
	expect(fixture, fd, 1, 0, "br0\nbr1\n");
	close(fd);
}

/* It ran out of patience: what it asked for is done for nobody. */
static void test_client_goes(void **state)
{
	struct fixture *fixture = *state;
	int fd = connect_client(fixture), other = connect_client(fixture);

	ask(fd, 1, "wait-until bridge br0 -- add-br br1");
	expect_none(fixture, fd);
	close(fd);
	make(fixture, "add-br br0");
	expect_none(fixture, other);
	expect_bridges(fixture, "br0\n");
	close(other);
}

/* Others that come to wait, again and again, do not put off who waits already. */
static void test_many_wait(void **state)
{
	struct fixture *fixture = *state;
	const struct timeval moment = {.tv_usec = CONTROL_RETRY_MS * 1000 / 3};
	int fd = connect_client(fixture), others[12];
	char octet;

	ask(fd, 1, "wait-until bridge br0 -- list-br");
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		others[i] = connect_client(fixture);
		ask(others[i], 2, "wait-until bridge br9");
		event_base_loopexit(fixture->daemon.base, &moment);
		event_base_loop(fixture->daemon.base, 0);
		if (i != 2)
			continue;
		/* As a command would do it, but in no time. */
		assert_int_equal(db_begin(fixture->daemon.db, NULL), 0);
		assert_int_equal(db_bridge_add(fixture->daemon.db, "br0", NULL), 0);
		assert_int_equal(db_commit(fixture->daemon.db, NULL), 0);
	}
	assert_int_equal(recv(fd, &octet, 1, MSG_PEEK), 1);
	expect(fixture, fd, 1, 0, "br0\n");
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		close(others[i]);
	close(fd);
}

/* Who has said all it wants to say still gets its answer. */
static void test_half_closed(void **state)
{
	struct fixture *fixture = *state;
	int fd = connect_client(fixture);

	ask(fd, 1, "wait-until bridge br0 -- list-br");
	expect_none(fixture, fd);
	shutdown(fd, SHUT_WR);
	expect_none(fixture, fd);
	make(fixture, "add-br br0");
	expect(fixture, fd, 1, 0, "br0\n");
	close(fd);
}

/* The switch ends while somebody waits. */
static void test_switch_ends(void **state)
{
	struct fixture *fixture = *state;
	int fd = connect_client(fixture);
	char octet;

	ask(fd, 1, "wait-until bridge br0");
	expect_none(fixture, fd);
	control_close(control);
	assert_int_equal(control_open(&fixture->daemon, &control, &fixture->error), 0);
	event_base_loop(fixture->daemon.base, EVLOOP_NONBLOCK); /* libevent closes there */
	assert_int_equal(recv(fd, &octet, 1, 0), 0);
	close(fd);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_so_already),
		TEST(test_answered_after_the_change),
		TEST(test_nothing_is_done_before),
		TEST(test_refused_in_the_end),
		TEST(test_order),
		TEST(test_notification),
		TEST(test_client_goes),
		TEST(test_many_wait),
		TEST(test_half_closed),
		TEST(test_switch_ends),
	};

	return cmocka_run_group_tests_name("wait", tests, NULL, NULL);
}
