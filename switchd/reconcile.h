/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes the data path like the model. See model.h for when; the steps and why they are in this
 * order are in reconcile.c.
 */
#ifndef XVS_RECONCILE_H
#define XVS_RECONCILE_H

#include <stddef.h>
#include "db/error.h"
#include "db/text.h"

struct daemon;
struct port;

/* Everything. warning may be NULL. The first error is returned; what can be done is done all the
 * same. */
int reconcile_all(struct daemon *daemon, struct text *warning, struct error *error);

/* These ports, different from each other. */
int reconcile_ports(struct daemon *daemon, struct port **ports, size_t n_ports,
		    struct error *error);

#endif
