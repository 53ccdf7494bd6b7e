/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log: lines "TIME LEVEL subsystem: text" on standard error, in a file, or in syslog.
 *
 * A call names its subsystem, a noun ("port", "fdb", "control"), so that a reader can grep for it.
 * Levels: error, the switch does not do what it was asked; warn, somebody should look at it; info,
 * what changed; debug, what a developer wants to see.
 */
#ifndef XVS_LOG_H
#define XVS_LOG_H

#include <stdarg.h>
#include "db/error.h"

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

/* Lines above this level are not written; info until it is set. */
void log_set_level(enum log_level level);
enum log_level log_get_level(void);

/* "error", "warn", "info" or "debug"; -EINVAL with a sentence for another word. */
int log_level_parse(const char *word, enum log_level *level, struct error *error);

/* From now on the log is appended to this file. On error it stays where it was. */
int log_open_file(const char *path, struct error *error);

/* From now on the log goes to syslog(3), facility daemon: for a daemon that left its terminal. */
void log_open_syslog(void);

/* Control characters in the text are replaced: a line is one line. */
__attribute__((format(printf, 3, 4))) void log_line(enum log_level level, const char *subsystem,
						    const char *format, ...);
void log_vline(enum log_level level, const char *subsystem, const char *format, va_list args);

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)  log_line(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...)  log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
