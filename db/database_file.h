/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The database file before it is trusted: made when it is missing, refused when it is not ours or
 * not whole.
 */
#ifndef XVS_DATABASE_FILE_H
#define XVS_DATABASE_FILE_H

#include "db/connection.h"

/*
 * Makes the file, with its folders, when there is none. It appears under its name whole, so that an
 * empty or short file is never one that was only begun.
 */
int database_file_make(const char *path, struct error *error);

/* Our schema, with its one Open_vSwitch record, in an empty database. */
int database_file_fill(struct connection *connection, struct error *error);

/* Refuses by the first octets what is no database, of another program, or of a newer version of
 * ours. */
int database_file_identify(const char *path, struct error *error);

/* Refuses a file whose structure is damaged. `version` becomes that of its schema. */
int database_file_check(struct connection *connection, int *version, struct error *error);

#endif
