/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control socket: JSON-RPC (jsonrpc.h) on a Unix stream socket.
 *
 *   {"method":"run","params":["add-br","br0"],"id":0}
 *   {"result":{"status":0,"output":"","warning":""},"error":null,"id":0}
 *
 * `run` takes a chain of commands (command.h), of which a word may be a file that the client has
 * read: {"file":NAME, "text":TEXT}. `error` is its sentence, and `result` is there in either case.
 * `ovs-vsctl`, `ovs-ofctl` and `ovs-appctl` take the commands of these programs alone. A chain that
 * waits (wait-until) is answered when it has been done; until then nothing else of this client is
 * looked at, and it is forgotten when the client goes. `echo` returns its parameters. A
 * notification (id null) is carried out without an answer.
 *
 * What a client can cost is bounded: a request's length, before memory is taken for it; the answers
 * that wait for it to read, because no further request of its is looked at meanwhile; the time that
 * it may leave them waiting; the number of clients. What is not JSON-RPC is answered with an error,
 * and the connection closed.
 */
#ifndef XVS_CONTROL_H
#define XVS_CONTROL_H

#include "db/error.h"

#define CONTROL_REQUEST_MAX (32u << 20) /* octets: 100,000 flows are some 12 MiB */
#define CONTROL_OUTPUT_HIGH (1u << 20)  /* octets that wait: no further request is looked at */
#define CONTROL_OUTPUT_LOW  (64u << 10)
#define CONTROL_STALL_MAX   30 /* seconds in which a client with an answer waiting reads nothing */
#define CONTROL_CLIENTS_MAX 4096
#define CONTROL_RETRY_MS    50 /* how often a chain with wait-until is tried */

struct control;
struct daemon;

/*
 * Listens on daemon->instance.socket, mode 0660, in daemon->base. What an earlier daemon left in
 * its place is removed: the caller holds the instance's lock.
 */
int control_open(struct daemon *daemon, struct control **control, struct error *error);

/*
 * Sends what is on its way as far as the clients take it at once, closes all connections, removes
 * the socket.
 */
void control_close(struct control *control);

#endif
