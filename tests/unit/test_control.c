/* SPDX-License-Identifier: BSD-2-Clause */
/* The control socket with good, slow, dying and hostile clients. command_run() is the test's own.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <event2/event.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "switchd/command.h"
#include "switchd/control.h"
#include "switchd/daemon.h"

#define LONG_ANSWER (3u << 20)
#define HELLO       "{\"method\":\"run\",\"params\":[\"hello\"],\"id\":7}"

static struct daemon daemon_;
static struct control *control;
static char folder[32];
static unsigned runs;

static void end(struct daemon *daemon)
{
	daemon->teardown = true;
}

void command_run(struct daemon *daemon, enum language language, int n_words, char **words,
		 const char *const *texts, struct command_result *result)
{
	const char *word = n_words ? words[0] : "";

	(void)daemon;
	(void)language;
	memset(result, 0, sizeof(*result));
	runs++;
	if (!strcmp(word, "long")) {
		for (unsigned i = 0; i < LONG_ANSWER / 16; i++)
			text_add(&result->output, "0123456789abcdef");
	} else if (!strcmp(word, "odd")) {
		text_add(&result->output, "\xff-\x80");
	} else if (!strcmp(word, "end")) {
		result->after = end;
	} else if (!strcmp(word, "refuse")) {
		result->status = error_set(&result->error, 1, "no \"%s\"", word);
	} else {
		for (int i = 0; i < n_words; i++)
			text_add(&result->output, "<%s%s%s>", words[i], texts[i] ? ":" : "",
				 texts[i] ? texts[i] : "");
	}
}

static void turn(void)
{
	for (int i = 0; i < 4; i++)
		event_base_loop(daemon_.base, EVLOOP_NONBLOCK);
}

static int connect_client(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	strcpy(address.sun_path, daemon_.instance.socket);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	turn();
	return fd;
}

/* Sends all of it, giving the switch its turn; false when the switch has closed. */
static bool put_octets(int fd, const char *data, size_t length)
{
	while (length) {
		ssize_t n = send(fd, data, length, MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN)
			return false;
		if (n > 0) {
			data += n;
			length -= (size_t)n;
		}
		turn();
	}
	return true;
}

static void put(int fd, const char *string)
{
	assert_true(put_octets(fd, string, strlen(string)));
}

/* json_load_callback_t */
static size_t get_some(void *buffer, size_t size, void *arg)
{
	for (int i = 0; i < 1000; i++) {
		ssize_t n = recv(*(int *)arg, buffer, size, 0);

		if (n > 0)
			return (size_t)n;
		if (n == 0)
			break;
		turn();
	}
	return (size_t)-1;
}

/* The next answer; NULL when there is none. One at a time: what follows it in the socket is lost.
 */
static json_t *get(int fd)
{
	return json_load_callback(get_some, &fd, JSON_DISABLE_EOF_CHECK, NULL);
}

static bool is_closed(int fd)
{
	char octet;

	turn();
	return recv(fd, &octet, 1, 0) == 0;
}

static const char *output_of(const json_t *answer)
{
	return json_string_value(json_object_get(json_object_get(answer, "result"), "output"));
}

/* The switch answers others still. */
static void assert_alive(void)
{
	int fd = connect_client();
	json_t *answer;

	put(fd, HELLO);
	answer = get(fd);
	assert_string_equal(output_of(answer), "<hello>");
	json_decref(answer);
	close(fd);
	turn();
}

static int setup(void **state)
{
	struct error error;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	memset(&daemon_, 0, sizeof(daemon_));
	runs = 0;
	strcpy(folder, "/tmp/xvs-control-XXXXXX");
	assert_non_null(mkdtemp(folder));
	assert_int_equal(instance_init(&daemon_.instance, "x", folder, NULL, &error), 0);
	daemon_.base = event_base_new();
	assert_int_equal(control_open(&daemon_, &control, &error), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	control_close(control);
	event_base_free(daemon_.base);
	assert_int_equal(rmdir(folder), 0);
	return 0;
}

static void test_mode(void **state)
{
	struct stat stat_;

	(void)state;
	assert_int_equal(stat(daemon_.instance.socket, &stat_), 0);
	assert_true(S_ISSOCK(stat_.st_mode));
	assert_int_equal(stat_.st_mode & 0777, 0660);
}

static void test_run(void **state)
{
	int fd = connect_client();
	json_t *answer, *expected;

	(void)state;
	put(fd, "{\"method\":\"run\",\"params\":[\"a\",\"b c\",{\"file\":\"d\",\"text\":\"e\\n\"}],"
		"\"id\":7}");
	answer = get(fd);
	expected = json_pack("{s:{s:i,s:s,s:s},s:n,s:i}", "result", "status", 0, "output",
			     "<a><b c><d:e\n>", "warning", "", "error", "id", 7);
	assert_true(json_equal(answer, expected));
	json_decref(answer);
	json_decref(expected);

	put(fd, "{\"method\":\"run\",\"params\":[\"refuse\"],\"id\":\"x\"}");
	answer = get(fd);
	expected = json_pack("{s:{s:i,s:s,s:s},s:s,s:s}", "result", "status", 1, "output", "",
			     "warning", "", "error", "no \"refuse\"", "id", "x");
	assert_true(json_equal(answer, expected));
	json_decref(answer);
	json_decref(expected);
	close(fd);
}

static void test_echo_and_unknown(void **state)
{
	int fd = connect_client();
	json_t *answer;

	(void)state;
	put(fd, "{\"method\":\"echo\",\"params\":[1,{\"}\":\"\\\"\"}],\"id\":1}");
	answer = get(fd);
	assert_int_equal(json_array_size(json_object_get(answer, "result")), 2);
	json_decref(answer);

	put(fd, "{\"method\":\"transact\",\"params\":[],\"id\":2}");
	answer = get(fd);
	assert_string_equal(json_string_value(json_object_get(answer, "error")), "unknown method");
	json_decref(answer);

	put(fd, HELLO);
	answer = get(fd);
	assert_non_null(output_of(answer));
	json_decref(answer);
	close(fd);
}

/* In pieces of one octet, and two in one piece. */
static void test_framing(void **state)
{
	static const char request[] = " \n{\"method\":\"run\",\"params\":[\"}{\\\\\"],\"id\":1}";
	int fd = connect_client();
	json_t *answer;

	(void)state;
	for (size_t i = 0; i < sizeof(request) - 1; i++) {
		assert_int_equal(runs, 0);
		assert_true(put_octets(fd, request + i, 1));
	}
	answer = get(fd);
	assert_string_equal(output_of(answer), "<}{\\>");
	json_decref(answer);

	put(fd, HELLO HELLO "\n" HELLO);
	assert_int_equal(runs, 4);
	answer = get(fd);
	assert_non_null(answer);
	json_decref(answer);
	close(fd);
}

static void test_notification(void **state)
{
	int fd = connect_client();
	char octet;

	(void)state;
	put(fd, "{\"method\":\"run\",\"params\":[\"hello\"],\"id\":null}");
	turn();
	assert_int_equal(runs, 1);
	assert_int_equal(recv(fd, &octet, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
	close(fd);
}

static void test_garbage(void **state)
{
	static const char *const garbage[] = {
		"GET / HTTP/1.0\r\n\r\n",
		"[]",
		"{]",
		"{\"method\":1,\"params\":[],\"id\":0}",
		"{\"method\":\"run\",\"params\":{},\"id\":0}",
		"{\"method\":\"run\",\"params\":[1],\"id\":0}",
		"{\"method\":\"run\",\"params\":[{\"file\":\"a\"}],\"id\":0}",
		"{\"method\":\"run\",\"params\":[{\"file\":1,\"text\":\"\"}],\"id\":0}",
		"{\"method\":\"run\",\"params\":[\"\\u0000\"],\"id\":0}",
		"{\"method\":\"run\",\"params\":[\"\xff\"],\"id\":0}",
		"{}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
		int fd = connect_client();
		json_t *answer;

		put_octets(fd, garbage[i], strlen(garbage[i]));
		answer = get(fd);
		assert_true(json_is_string(json_object_get(answer, "error")));
		assert_true(json_is_null(json_object_get(answer, "id")));
		json_decref(answer);
		assert_true(is_closed(fd));
		close(fd);
	}
	assert_int_equal(runs, 0);
	assert_alive();
}

/* Deeper than the parser goes, and never ending. */
static void test_too_deep_and_too_long(void **state)
{
	size_t size = 1 << 20;
	char *data = malloc(size);
	int fd = connect_client();
	json_t *answer;

	(void)state;
	memset(data, '[', size);
	memcpy(data, "{\"a\":", 5);
	for (size_t sent = 0; sent <= CONTROL_REQUEST_MAX; sent += size) {
		if (!put_octets(fd, data, size))
			break;
		data[0] = '[';
	}
	answer = get(fd);
	assert_non_null(strstr(json_string_value(json_object_get(answer, "error")), "32 MiB"));
	json_decref(answer);
	close(fd);

	fd = connect_client();
	memcpy(data, "{\"a\":", 5);
	memset(data + 5, '[', 100000);
	memset(data + 100005, ']', 100000);
	memcpy(data + 200005, "}", 2);
	put(fd, data);
	answer = get(fd);
	assert_true(json_is_string(json_object_get(answer, "error")));
	json_decref(answer);
	close(fd);
	free(data);
	assert_alive();
}

/* Asks for many long answers and reads none: what waits for it stays bounded. Then it reads. */
static void test_slow_reader(void **state)
{
	int fd = connect_client();
	json_t *answer;

	(void)state;
	for (int i = 0; i < 20; i++)
		put(fd, "{\"method\":\"run\",\"params\":[\"long\"],\"id\":1}");
	assert_int_equal(runs, 1);
	assert_alive();
	answer = get(fd);
	assert_int_equal(strlen(output_of(answer)), LONG_ANSWER);
	json_decref(answer);
	close(fd);
	turn();
	assert_alive();
}

static void test_dies_amid_answer(void **state)
{
	char some[1000];
	int fd = connect_client();

	(void)state;
	put(fd, "{\"method\":\"run\",\"params\":[\"long\"],\"id\":1}");
	assert_true(recv(fd, some, sizeof(some), 0) > 0);
	close(fd);
	assert_alive();
}

/* It says that it has no more to say, and still gets its answer. */
static void test_half_closed(void **state)
{
	int fd = connect_client();
	json_t *answer;

	(void)state;
	put(fd, "{\"method\":\"run\",\"params\":[\"long\"],\"id\":1}");
	shutdown(fd, SHUT_WR);
	turn();
	answer = get(fd);
	assert_int_equal(strlen(output_of(answer)), LONG_ANSWER);
	json_decref(answer);
	assert_true(is_closed(fd));
	close(fd);
}

static void test_odd_output(void **state)
{
	int fd = connect_client();
	json_t *answer;

	(void)state;
	put(fd, "{\"method\":\"run\",\"params\":[\"odd\"],\"id\":1}");
	answer = get(fd);
	assert_string_equal(output_of(answer), "?-?");
	json_decref(answer);
	close(fd);
}

/* The answer to a shutdown comes when the switch closes the socket, at its end. */
static void test_after(void **state)
{
	int fd = connect_client();
	struct error error;
	json_t *answer;

	(void)state;
	put(fd, "{\"method\":\"run\",\"params\":[\"end\"],\"id\":1}");
	assert_true(daemon_.teardown);
	control_close(control);
	answer = get(fd);
	assert_non_null(output_of(answer));
	json_decref(answer);
	assert_int_not_equal(access(daemon_.instance.socket, F_OK), 0);
	close(fd);
	assert_int_equal(control_open(&daemon_, &control, &error), 0);
}

static void test_stale_socket(void **state)
{
	struct control *second;
	struct error error;

	(void)state;
	/* A daemon that was killed leaves its socket behind. */
	assert_int_equal(control_open(&daemon_, &second, &error), 0);
	assert_alive();
	control_close(control);
	control = second;
}

static void test_idle_clients(void **state)
{
	struct rlimit limit;
	int fds[1000];

	(void)state;
	getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_max < 2100) {
		print_message("needs 2100 open files: not tested that idle clients stop nobody\n");
		skip();
	}
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	for (int i = 0; i < 1000; i++)
		fds[i] = connect_client();
	assert_alive();
	for (int i = 0; i < 1000; i++)
		close(fds[i]);
	turn();
	assert_alive();
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_mode),
		TEST(test_run),
		TEST(test_echo_and_unknown),
		TEST(test_framing),
		TEST(test_notification),
		TEST(test_garbage),
		TEST(test_too_deep_and_too_long),
		TEST(test_slow_reader),
		TEST(test_dies_amid_answer),
		TEST(test_half_closed),
		TEST(test_odd_output),
		TEST(test_after),
		TEST(test_stale_socket),
		TEST(test_idle_clients),
	};

	return cmocka_run_group_tests_name("control", tests, NULL, NULL);
}
