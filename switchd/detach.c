/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/detach.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the child writes when it runs; anything else is a sentence. */
#define RUNS "+"

static void tell(const char *sentence)
{
	fprintf(stderr, "xvswitchd: %s\n", sentence);
}

static void tell_death(pid_t child)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		fprintf(stderr, "xvswitchd: killed by signal %d while it started\n",
			WTERMSIG(status));
	else
		tell("ended while it started");
}

static _Noreturn void wait_as_parent(int fd, pid_t child)
{
	struct error why = {};
	size_t length = 0;
	ssize_t n;

	do {
		n = read(fd, why.text + length, sizeof(why.text) - 1 - length);
		if (n > 0)
			length += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (!strcmp(why.text, RUNS))
		_exit(0);
	if (why.text[0])
		tell(why.text);
	else
		tell_death(child);
	_exit(1);
}

int detach_begin(struct detach *detach, struct error *error)
{
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set(error, -errno, "--detach: %s", strerror(errno));
	child = fork();
	if (child < 0) {
		close(ends[0]);
		close(ends[1]);
		return error_set(error, -errno, "--detach: %s", strerror(errno));
	}
	if (child > 0) {
		close(ends[1]);
		wait_as_parent(ends[0], child);
	}
	close(ends[0]);
	setsid();
	detach->fd = ends[1];
	return 0;
}

static void say(struct detach *detach, const char *text)
{
	/* When the parent was killed there is nobody who wants to know. */
	if (write(detach->fd, text, strlen(text)) < 0)
		errno = 0;
	close(detach->fd);
	detach->fd = -1;
}

void detach_done(struct detach *detach)
{
	int null;

	if (detach->fd < 0)
		return;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd <= 2 && null >= 0; fd++)
		dup2(null, fd);
	if (null > 2)
		close(null);
	say(detach, RUNS);
}

void detach_fail(struct detach *detach, const struct error *why)
{
	if (detach->fd < 0)
		tell(why->text);
	else
		say(detach, why->text[0] ? why->text : "failed");
}
