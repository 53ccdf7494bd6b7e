/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/timeout.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* Made beforehand: a signal handler may not. */
static char sentence[128];
static int sentence_length;

static void on_alarm(int number)
{
	/* Nothing is left to be done when even this can't be said. */
	if (write(STDERR_FILENO, sentence, (size_t)sentence_length) < 0)
		sentence_length = 0;
	raise(number);
}

void timeout_start(const struct program *program, unsigned seconds)
{
	/* The handler is gone when it runs, so that raise() ends the process. */
	const struct sigaction action = {.sa_handler = on_alarm,
					 .sa_flags = SA_RESETHAND | SA_NODEFER};

	if (!seconds)
		return;
	sentence_length = snprintf(sentence, sizeof(sentence),
				   "%s: the switch did not answer within %u seconds\n",
				   program->name, seconds);
	sigaction(SIGALRM, &action, NULL);
	alarm(seconds);
}
