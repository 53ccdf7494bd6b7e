/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of the process xvswitchd from its command line to its exit status, on any data path.
 */
#ifndef XVS_PROCESS_H
#define XVS_PROCESS_H

struct dp_class;

int process_main(int argc, char **argv, const struct dp_class *dpc);

#endif
