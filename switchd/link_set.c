// SPDX-License-Identifier: BSD-2-Clause
/* Operations of link.h that rtnetlink does. */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <netlink/attr.h>
#include <string.h>
#include "switchd/link.h"
#include "switchd/link_request.h"
#include "switchd/link_table.h"

int link_error(struct link_table *table, uint32_t ifindex, const char *what, int code,
	       const struct error *why, struct error *error)
{
	const struct link *link = link_by_index(table, ifindex);

	if (!link)
		return error_set(error, code, "cannot %s the device with index %u: %s", what,
				 ifindex, why->text);
	return error_set(error, code, "cannot %s %s: %s", what, link->name, why->text);
}

static struct nl_msg *new_request(int type, int flags, const struct ifinfomsg *info)
{
	struct nl_msg *request = nlmsg_alloc_simple(type, flags);

	if (request)
		nlmsg_append(request, (void *)info, sizeof(*info), NLMSG_ALIGNTO);
	return request;
}

/* Index 0 would stand for any device, or for a name. */
static int change(struct link_table *table, uint32_t ifindex, struct nl_msg *request,
		  const char *what, struct error *error)
{
	struct error why;
	int rc;

	if (!ifindex) {
		nlmsg_free(request);
		return error_set(error, -ENODEV, "cannot %s a device that is not there", what);
	}
	rc = link_request(table->route, request, NULL, NULL, &why);
	if (rc)
		link_error(table, ifindex, what, rc, &why, error);
	link_table_operated(table, ifindex);
	return rc;
}

static int set_flag(struct link_table *table, uint32_t ifindex, unsigned flag, bool on,
		    const char *what, struct error *error)
{
	const struct ifinfomsg info = {
		.ifi_index = ifindex, .ifi_change = flag, .ifi_flags = on ? flag : 0};

	return change(table, ifindex, new_request(RTM_SETLINK, 0, &info), what, error);
}

int link_set_up(struct link_table *table, uint32_t ifindex, bool up, struct error *error)
{
	return set_flag(table, ifindex, IFF_UP, up, up ? "bring up" : "take down", error);
}

int link_set_promisc(struct link_table *table, uint32_t ifindex, bool on, struct error *error)
{
	return set_flag(table, ifindex, IFF_PROMISC, on,
			on ? "set promiscuous mode of" : "end promiscuous mode of", error);
}

static int set_attribute(struct link_table *table, uint32_t ifindex, int type, const void *data,
			 size_t length, const char *what, struct error *error)
{
	const struct ifinfomsg info = {.ifi_index = ifindex};
	struct nl_msg *request = new_request(RTM_SETLINK, 0, &info);

	if (request)
		nla_put(request, type, length, data);
	return change(table, ifindex, request, what, error);
}

int link_set_mtu(struct link_table *table, uint32_t ifindex, uint32_t mtu, struct error *error)
{
	char what[32];

	snprintf(what, sizeof(what), "set MTU %u on", mtu);
	return set_attribute(table, ifindex, IFLA_MTU, &mtu, sizeof(mtu), what, error);
}

int link_set_mac(struct link_table *table, uint32_t ifindex, const uint8_t mac[6],
		 struct error *error)
{
	return set_attribute(table, ifindex, IFLA_ADDRESS, mac, 6, "set the MAC address of", error);
}

/* An attribute without octets takes the alias away. */
int link_set_alias(struct link_table *table, uint32_t ifindex, const char *alias,
		   struct error *error)
{
	return set_attribute(table, ifindex, IFLA_IFALIAS, alias, strlen(alias), "set the alias of",
			     error);
}

int link_set_no_ipv6(struct link_table *table, uint32_t ifindex, struct error *error)
{
	const struct ifinfomsg info = {.ifi_index = ifindex};
	struct nl_msg *request = new_request(RTM_SETLINK, 0, &info);
	struct nlattr *families, *family;

	if (request) {
		families = nla_nest_start(request, IFLA_AF_SPEC);
		family = nla_nest_start(request, AF_INET6);
		nla_put_u8(request, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
		nla_nest_end(request, family);
		nla_nest_end(request, families);
	}
	return change(table, ifindex, request, "keep IPv6 off", error);
}

static struct nl_msg *veth_request(const char *name, const char *peer, const uint8_t mac[6])
{
	const struct ifinfomsg info = {0};
	struct nl_msg *request = new_request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &info);
	struct nlattr *link_info, *data, *peer_info;

	if (!request)
		return NULL;
	nla_put_string(request, IFLA_IFNAME, name);
	nla_put(request, IFLA_ADDRESS, 6, mac);
	link_info = nla_nest_start(request, IFLA_LINKINFO);
	nla_put_string(request, IFLA_INFO_KIND, "veth");
	data = nla_nest_start(request, IFLA_INFO_DATA);
	peer_info = nla_nest_start(request, VETH_INFO_PEER);
	nlmsg_append(request, (void *)&info, sizeof(info), NLMSG_ALIGNTO);
	nla_put_string(request, IFLA_IFNAME, peer);
	nla_nest_end(request, peer_info);
	nla_nest_end(request, data);
	nla_nest_end(request, link_info);
	return request;
}

int link_add_veth(struct link_table *table, const char *name, const char *peer,
		  const uint8_t mac[6], struct error *error)
{
	struct error why;
	int rc;

	for (int i = 0; i < 2; i++) {
		const char *wanted = i ? peer : name;

		if (!*wanted || strlen(wanted) >= IFNAMSIZ)
			return error_set(
				error, -EINVAL,
				"cannot make network device %s: a name has 1 to %d characters",
				wanted, IFNAMSIZ - 1);
	}
	rc = link_request(table->route, veth_request(name, peer, mac), NULL, NULL, &why);
	link_table_update(table);
	if (rc == -EEXIST)
		return error_set(error, rc, "cannot make network device %s: there is one named %s",
				 name, link_by_name(table, name) ? name : peer);
	if (rc)
		return error_set(error, rc, "cannot make network device %s with peer %s: %s", name,
				 peer, why.text);
	return 0;
}

int link_del(struct link_table *table, uint32_t ifindex, struct error *error)
{
	const struct ifinfomsg info = {.ifi_index = ifindex};

	return change(table, ifindex, new_request(RTM_DELLINK, 0, &info), "remove", error);
}
