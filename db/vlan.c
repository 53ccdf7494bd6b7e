/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/vlan.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <string.h>
#include <strings.h>
#include "db/option.h"

/* The elements of a set that may have more than one. */
static const json_t *elements(const json_t *value)
{
	return json_array_get(value, 1);
}

size_t vlan_set_load(struct vlan_set *set, const json_t *value)
{
	const json_t *vids = elements(value), *vid;
	size_t i;

	memset(set, 0, sizeof(*set));
	json_array_foreach (vids, i, vid)
		vlan_set_add(set, (uint16_t)((uint64_t)json_integer_value(vid) % VLAN_COUNT));
	return json_array_size(vids);
}

static enum vlan_mode mode_of(const json_t *mode, bool tagged)
{
	static const char *const names[] = {
		[VLAN_TRUNK] = "trunk",
		[VLAN_ACCESS] = "access",
		[VLAN_NATIVE_TAGGED] = "native-tagged",
		[VLAN_NATIVE_UNTAGGED] = "native-untagged",
		[VLAN_DOT1Q_TUNNEL] = "dot1q-tunnel",
	};
	const char *text = json_string_value(mode);

	for (size_t i = 0; text && i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(names[i], text))
			return i;
	return tagged ? VLAN_ACCESS : VLAN_TRUNK;
}

/* Does it say how frames of VLAN 0 leave? A port with a native VLAN has none. */
static bool has_priority_tags(const struct db_vlan *vlan)
{
	return vlan->mode == VLAN_TRUNK || (vlan->mode == VLAN_NATIVE_TAGGED && !vlan->tag);
}

static enum vlan_priority_tags priority_tags_of(const json_t *config)
{
	const char *text = option_string(config, "priority-tags");

	if (text && !strcmp(text, "always"))
		return VLAN_PRIORITY_TAGS_ALWAYS;
	/* "true" is what older versions of Open vSwitch called it. */
	if (text && (!strcmp(text, "if-nonzero") || !strcmp(text, "true")))
		return VLAN_PRIORITY_TAGS_IF_NONZERO;
	return VLAN_PRIORITY_TAGS_NEVER;
}

static uint16_t qinq_tpid_of(const json_t *config)
{
	const char *text = option_string(config, "qinq-ethtype");

	return text && !strcmp(text, "802.1q") ? ETH_P_8021Q : ETH_P_8021AD;
}

void vlan_load(struct db_vlan *vlan, const struct vlan_columns *columns)
{
	const json_t *cvlans = elements(columns->cvlans);

	memset(vlan, 0, sizeof(*vlan));
	vlan->mode = mode_of(columns->vlan_mode, json_is_integer(columns->tag));
	vlan->cvlans = json_array_size(cvlans) > 0;
	if (vlan->mode != VLAN_TRUNK)
		vlan->tag = json_integer_value(columns->tag);
	if (has_priority_tags(vlan))
		vlan->priority_tags = priority_tags_of(columns->other_config);
	if (vlan->mode == VLAN_DOT1Q_TUNNEL) {
		vlan->qinq_tpid = qinq_tpid_of(columns->other_config);
		vlan->limited = vlan_set_load(&vlan->set, columns->cvlans) > 0;
	} else if (vlan->mode != VLAN_ACCESS) {
		vlan->limited = vlan_set_load(&vlan->set, columns->trunks) > 0;
	}
}

int vlan_check(const struct db_vlan *vlan, const char *port, struct error *error)
{
	if (vlan->mode == VLAN_DOT1Q_TUNNEL && !vlan->tag)
		return error_set(
			error, -EINVAL,
			"port %s has vlan_mode=dot1q-tunnel, which needs a tag: the VLAN that "
			"carries its customers' frames",
			port);
	if (vlan->mode != VLAN_DOT1Q_TUNNEL && vlan->cvlans)
		return error_set(error, -EINVAL,
				 "port %s has cvlans, which only ports with "
				 "vlan_mode=dot1q-tunnel can have",
				 port);
	return 0;
}
