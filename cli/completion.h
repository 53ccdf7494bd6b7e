/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What could stand next on a command line, for the shells' completion (cli/completion/).
 */
#ifndef XVS_COMPLETION_H
#define XVS_COMPLETION_H

#define COMPLETION_FILE 3 /* exit status: the name of a file could */

/*
 * Prints what the last word could become, a line each. words[0] is the program as the user called
 * it, the last is what stands in front of the cursor, "" after a space. Names are asked of the
 * switch; where none answers there are none. Returns the exit status.
 */
int completion_print(int n, char **words);

#endif
