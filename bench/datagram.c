// SPDX-License-Identifier: BSD-2-Clause
#include "bench/datagram.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "bench/place.h"

#define TTL         64
#define DISCARD     9 /* the port for such things, RFC 863 */
#define TCP_ACK     (1 << 4)
#define TCP_LENGTH  20 /* of a header without options */
#define CHUNK(what) &(what), sizeof(what)

/* Of words in network byte order; `length` is even. */
static uint32_t sum(const void *place, size_t length)
{
	const uint16_t *word = place;
	uint32_t total = 0;

	for (size_t i = 0; i < length / sizeof(*word); i++)
		total += word[i];
	return total;
}

static uint16_t checksum(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

/* With zeros behind them, to this length. The checksum of UDP may be left out; that of TCP may
 * not. */
static void headers_fill(struct frames_headers *headers, size_t length,
			 const struct frames_connection *connection)
{
	const uint16_t rest = htons(length - sizeof(headers->ip));
	const uint16_t protocol = htons(connection->protocol);
	uint32_t pseudo;

	*headers = (struct frames_headers){
		.ip = {.version = IPVERSION,
		       .ihl = sizeof(headers->ip) / 4,
		       .tot_len = htons(length),
		       .ttl = TTL,
		       .protocol = connection->protocol,
		       .saddr = connection->saddr,
		       .daddr = connection->daddr},
		.sport = connection->sport,
		.dport = connection->dport,
		.udp_length = rest,
		.tcp_offset_flags = htons(TCP_LENGTH / 4 << 12 | TCP_ACK),
	};
	headers->ip.check = checksum(sum(CHUNK(headers->ip)));
	pseudo = sum(CHUNK(connection->saddr)) + sum(CHUNK(connection->daddr)) + protocol + rest;
	headers->tcp_check =
		checksum(pseudo + sum(&headers->sport, sizeof(*headers) - sizeof(headers->ip)));
}

void datagram_fill(unsigned char *place, size_t length)
{
	const struct frames_connection any = {.saddr = inet_addr("198.18.0.1"),
					      .daddr = inet_addr("198.18.0.2"),
					      .sport = htons(DISCARD),
					      .dport = htons(DISCARD),
					      .protocol = IPPROTO_UDP};
	struct frames_headers headers;

	headers_fill(&headers, length, &any);
	memset(place, 0, length);
	memcpy(place, &headers, sizeof(headers));
}

/* False at the end of the file. */
static bool connection_read(struct frames_connection *connection, FILE *file, const char *path)
{
	char source[INET_ADDRSTRLEN], destination[INET_ADDRSTRLEN];
	uint16_t sport, dport;
	int count = fscanf(file, "%hhu %15s %hu %15s %hu", &connection->protocol, source, &sport,
			   destination, &dport);

	if (count == EOF)
		return false;
	errno = 0;
	if (count != 5 || inet_pton(AF_INET, source, &connection->saddr) != 1 ||
	    inet_pton(AF_INET, destination, &connection->daddr) != 1)
		die("%s: there is a line that is no connection", path);
	connection->sport = htons(sport);
	connection->dport = htons(dport);
	return true;
}

unsigned int connections_read(struct frames_connection list[FRAMES_CONNECTIONS_MAX],
			      const char *path, size_t length)
{
	struct frames_connection connection = {};
	struct frames_headers headers;
	FILE *file = fopen(path, "re");
	unsigned int count = 0;

	if (!file)
		die("cannot open %s", path);
	errno = 0;
	for (; connection_read(&connection, file, path); count++) {
		if (count == FRAMES_CONNECTIONS_MAX)
			die("%s: more than %d connections", path, FRAMES_CONNECTIONS_MAX);
		headers_fill(&headers, length, &connection);
		connection.ip_check = headers.ip.check;
		connection.tcp_check = headers.tcp_check;
		list[count] = connection;
	}
	if (!count)
		die("%s: no connection", path);
	fclose(file);
	return count;
}
