/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef XVS_DB_SAVED_LINK_H
#define XVS_DB_SAVED_LINK_H

struct db;

/* Closes the file of saved links, and removes it when nothing is in it. */
void saved_links_close(struct db *db);

#endif
