// SPDX-License-Identifier: BSD-2-Clause
#include "bench/end.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include "bench/frames.skel.h"
#include "bench/place.h"

#define VID_LAST 4094

static void vids_parse(struct end *end, const char *text)
{
	unsigned int last;
	char rest;
	int count = sscanf(text, "%u-%u%c", &end->vid, &last, &rest);

	if (count == 1)
		last = end->vid;
	errno = 0;
	if (count < 1 || count > 2 || last < end->vid || last > VID_LAST)
		die("\"%s\" is no VID and no range of VIDs", text);
	end->vids = last - end->vid + 1;
}

static void name_parse(struct end *end, const char *name)
{
	const char *slash = strchr(name, '/'), *at = strchr(name, '@');
	size_t length = at ? (size_t)(at - name) : strlen(name);

	errno = 0;
	if (!slash || slash - name >= (int)sizeof(end->namespace) ||
	    name + length - (slash + 1) >= IF_NAMESIZE)
		die("\"%s\" is not NETNS/DEVICE or NETNS/DEVICE@VID", name);
	memcpy(end->namespace, name, slash - name);
	memcpy(end->device, slash + 1, name + length - (slash + 1));
	if (at)
		vids_parse(end, at + 1);
}

static void mac_read(struct end *end)
{
	struct ifreq request = {};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strcpy(request.ifr_name, end->device);
	if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, &request))
		die("no device %s in %s", end->device, end->namespace);
	close(fd);
	memcpy(end->mac, request.ifr_hwaddr.sa_data, ETH_ALEN);
}

void end_open(struct end *end, const char *name)
{
	name_parse(end, name);
	enter_namespace(end->namespace);
	mac_read(end);
	end->ifindex = if_nametoindex(end->device);
	end->skeleton = frames__open_and_load();
	if (!end->skeleton)
		die("cannot load the BPF programs");
}

void end_close(struct end *end)
{
	frames__destroy(end->skeleton);
}

void end_sink_attach(struct end *end)
{
	enter_namespace(end->namespace);
	if (bpf_xdp_attach(end->ifindex, bpf_program__fd(end->skeleton->progs.sink),
			   XDP_FLAGS_DRV_MODE, NULL))
		die("cannot attach the sink to %s", end->device);
}

void end_sink_detach(struct end *end)
{
	enter_namespace(end->namespace);
	bpf_xdp_detach(end->ifindex, XDP_FLAGS_DRV_MODE, NULL);
}

struct frames_received end_sink_count(const struct end *end)
{
	struct frames_received per_cpu[libbpf_num_possible_cpus()], sum = {};
	__u32 zero = 0;

	if (bpf_map_lookup_elem(bpf_map__fd(end->skeleton->maps.received), &zero, per_cpu))
		die("cannot read the sink's counters");
	for (size_t i = 0; i < sizeof(per_cpu) / sizeof(*per_cpu); i++) {
		sum.all += per_cpu[i].all;
		sum.tagged += per_cpu[i].tagged;
	}
	return sum;
}
