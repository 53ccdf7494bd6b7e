/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An instance: the name that keeps switches on one host apart, and the places that follow from it.
 * xvsctl and xvswitchd both use this, so that they agree.
 */
#ifndef XVS_INSTANCE_H
#define XVS_INSTANCE_H

#include "db/error.h"

#define INSTANCE_NAME_MAX 32 /* letters, digits, '-', '_', '.'; not beginning with a dot */
#define INSTANCE_PATH_MAX 256

struct instance {
	char name[INSTANCE_NAME_MAX + 1];
	char run_dir[INSTANCE_PATH_MAX];  /* /run/xvswitch/NAME */
	char database[INSTANCE_PATH_MAX]; /* /var/lib/xvswitch/NAME/conf.db */
	char socket[INSTANCE_PATH_MAX];   /* RUN_DIR/ctl.sock; must fit in a sockaddr_un */
	char pid_file[INSTANCE_PATH_MAX]; /* RUN_DIR/xvswitchd.pid, locked while the daemon lives */
	int lock_fd;                      /* -1 when not locked */
};

/*
 * Fills in the places. name NULL: XVS_INSTANCE of the environment, else "default"; run_dir and
 * database NULL: as above. -EINVAL or -ENAMETOOLONG with a sentence.
 */
int instance_init(struct instance *instance, const char *name, const char *run_dir,
		  const char *database, struct error *error);

/* Makes the run folder and takes the pid file; -EBUSY with a sentence that names the other daemon's
 * pid. */
int instance_lock(struct instance *instance, struct error *error);
void instance_unlock(struct instance *instance);

#endif
