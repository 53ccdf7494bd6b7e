/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define LOG_LINE_MAX 1024

static const struct {
	const char *name;
	int priority;
} levels[] = {
	[LOG_LEVEL_ERROR] = {"error", LOG_ERR},
	[LOG_LEVEL_WARN] = {"warn", LOG_WARNING},
	[LOG_LEVEL_INFO] = {"info", LOG_INFO},
	[LOG_LEVEL_DEBUG] = {"debug", LOG_DEBUG},
};
#define N_LEVELS (sizeof(levels) / sizeof(levels[0]))

static enum log_level log_level = LOG_LEVEL_INFO;
static int log_fd = STDERR_FILENO;
static bool log_syslog;

void log_set_level(enum log_level level)
{
	log_level = level;
}

enum log_level log_get_level(void)
{
	return log_level;
}

int log_level_parse(const char *word, enum log_level *level, struct error *error)
{
	for (size_t i = 0; i < N_LEVELS; i++) {
		if (!strcmp(word, levels[i].name)) {
			*level = i;
			return 0;
		}
	}
	return error_set(error, -EINVAL,
			 "\"%s\" is not a log level: expected error, warn, info or debug", word);
}

int log_open_file(const char *path, struct error *error)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);

	if (fd < 0)
		return error_set(error, -errno, "the log file %s can't be opened: %s", path,
				 strerror(errno));
	if (log_fd != STDERR_FILENO)
		close(log_fd);
	log_fd = fd;
	log_syslog = false;
	return 0;
}

void log_open_syslog(void)
{
	openlog("xvswitchd", LOG_PID, LOG_DAEMON);
	log_syslog = true;
}

/* RFC 3339, in UTC, with milliseconds. */
static void format_time(char *text, size_t size)
{
	struct timespec now;
	struct tm tm;
	size_t n;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	n = strftime(text, size, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, size - n, ".%03ldZ", now.tv_nsec / 1000000);
}

static void write_line(enum log_level level, const char *subsystem, const char *text)
{
	char when[32], line[LOG_LINE_MAX + 128];
	int length;

	format_time(when, sizeof(when));
	length = snprintf(line, sizeof(line), "%s %s %s: %s\n", when, levels[level].name, subsystem,
			  text);
	if (length >= (int)sizeof(line)) {
		length = sizeof(line) - 1;
		line[length - 1] = '\n';
	}
	/* There is nowhere to say that the log can't be written. */
	if (write(log_fd, line, length) < 0)
		return;
}

void log_vline(enum log_level level, const char *subsystem, const char *format, va_list args)
{
	char text[LOG_LINE_MAX];
	size_t length;

	if (level > log_level)
		return;
	vsnprintf(text, sizeof(text), format, args);
	length = strlen(text);
	while (length > 0 && text[length - 1] == '\n')
		text[--length] = '\0';
	for (char *c = text; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	}
	if (log_syslog)
		syslog(levels[level].priority, "%s: %s", subsystem, text);
	else
		write_line(level, subsystem, text);
}

void log_line(enum log_level level, const char *subsystem, const char *format, ...)
{
	int saved_errno = errno;
	va_list args;

	va_start(args, format);
	log_vline(level, subsystem, format, args);
	va_end(args);
	errno = saved_errno;
}
