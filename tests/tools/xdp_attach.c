/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attaches an XDP program to a device through libxdp, as a program of somebody else's would be, and
 * leaves it there: xdp_attach DEVICE OBJECT SECTION.
 */
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <xdp/libxdp.h>

int main(int argc, char **argv)
{
	struct xdp_program *program;
	unsigned ifindex;
	int status;

	if (argc != 4) {
		fprintf(stderr, "usage: xdp_attach DEVICE OBJECT SECTION\n");
		return 2;
	}
	ifindex = if_nametoindex(argv[1]);
	if (!ifindex) {
		fprintf(stderr, "xdp_attach: no device %s\n", argv[1]);
		return 1;
	}
	program = xdp_program__open_file(argv[2], argv[3], NULL);
	status = libxdp_get_error(program);
	if (!status)
		status = xdp_program__attach(program, ifindex, XDP_MODE_NATIVE, 0);
	if (status) {
		fprintf(stderr, "xdp_attach: %s on %s: %s\n", argv[2], argv[1], strerror(-status));
		return 1;
	}
	return 0;
}
