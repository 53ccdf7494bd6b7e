/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What VLAN settings mean, against a table written from Open vSwitch's documentation of Port
 * (ovs-vswitchd.conf.db(5), "VLAN Configuration"). VLAN 4095 is none, and a port with a native VLAN
 * carries VLAN 0 only if that is 0: "all frames output to native-tagged ports have a nonzero VLAN
 * ID".
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "db/datum.h"
#include "switchd/vlan.h"

/* Columns as words of a command line. NULL: empty. */
struct words {
	const char *mode, *tag, *trunks, *cvlans, *other_config;
};

struct row {
	struct words words;
	/* VLANs as "1,3-5": how they leave; others are not carried. */
	const char *untagged, *tagged, *priority, *priority_always;
	uint16_t pvid;
	uint16_t push_tpid; /* 0: that of 802.1Q */
	uint16_t flags;
	const char *set; /* with XVS_PORT_VLAN_SET */
};

#define ALL           "1-4094"
#define NEVER         "priority-tags=never"
#define NONZERO       "priority-tags=if-nonzero"
#define ALWAYS        "priority-tags=always"
#define TUNNEL        "dot1q-tunnel"
#define TUNNEL_CVLANS (XVS_PORT_TUNNEL | XVS_PORT_VLAN_SET | XVS_PORT_CVLANS)

/* clang-format off */
static const struct row rows[] = {
	/* trunk */
	{{.mode = NULL}, .untagged = "0", .tagged = ALL},
	{{.mode = "trunk"}, .untagged = "0", .tagged = ALL},
	{{.mode = "trunk", .tag = "10"}, .untagged = "0", .tagged = ALL},
	{{.trunks = "10,20-22"}, .tagged = "10,20-22", .flags = XVS_PORT_VLAN_SET, .set = "10,20-22"},
	{{.trunks = "0"}, .untagged = "0", .flags = XVS_PORT_VLAN_SET, .set = "0"},
	{{.mode = "trunk", .trunks = "0,4094"}, .untagged = "0", .tagged = "4094",
	 .flags = XVS_PORT_VLAN_SET, .set = "0,4094"},
	{{.mode = "trunk", .tag = "10", .trunks = "20"}, .tagged = "20", .flags = XVS_PORT_VLAN_SET,
	 .set = "20"},
	{{.trunks = "0-4094"}, .untagged = "0", .tagged = ALL, .flags = XVS_PORT_VLAN_SET,
	 .set = "0-4094"},
	/* access */
	{{.tag = "10"}, .untagged = "10", .pvid = 10, .flags = XVS_PORT_ACCESS},
	{{.tag = "4094"}, .untagged = "4094", .pvid = 4094, .flags = XVS_PORT_ACCESS},
	{{.mode = "access", .tag = "10"}, .untagged = "10", .pvid = 10, .flags = XVS_PORT_ACCESS},
	{{.mode = "access"}, .untagged = "0", .flags = XVS_PORT_ACCESS},
	{{.tag = "10", .trunks = "20"}, .untagged = "10", .pvid = 10, .flags = XVS_PORT_ACCESS},
	{{.mode = "access", .trunks = "20"}, .untagged = "0", .flags = XVS_PORT_ACCESS},
	/* native-tagged */
	{{.mode = "native-tagged", .tag = "10"}, .tagged = ALL, .pvid = 10},
	{{.mode = "native-tagged", .tag = "10", .trunks = "20"}, .tagged = "10,20", .pvid = 10,
	 .flags = XVS_PORT_VLAN_SET, .set = "0,10,20"},
	{{.mode = "native-tagged", .tag = "10", .trunks = "0,20"}, .tagged = "10,20", .pvid = 10,
	 .flags = XVS_PORT_VLAN_SET, .set = "0,10,20"},
	{{.mode = "native-tagged"}, .untagged = "0", .tagged = ALL},
	{{.mode = "native-tagged", .trunks = "20"}, .untagged = "0", .tagged = "20",
	 .flags = XVS_PORT_VLAN_SET, .set = "0,20"},
	{{.mode = "native-tagged", .tag = "10", .other_config = ALWAYS}, .tagged = ALL, .pvid = 10},
	/* native-untagged */
	{{.mode = "native-untagged", .tag = "10"}, .untagged = "10", .tagged = "1-9,11-4094",
	 .pvid = 10},
	{{.mode = "native-untagged", .tag = "10", .trunks = "20"}, .untagged = "10", .tagged = "20",
	 .pvid = 10, .flags = XVS_PORT_VLAN_SET, .set = "0,10,20"},
	{{.mode = "native-untagged", .tag = "10", .trunks = "10,20"}, .untagged = "10",
	 .tagged = "20", .pvid = 10, .flags = XVS_PORT_VLAN_SET, .set = "0,10,20"},
	{{.mode = "native-untagged"}, .untagged = "0", .tagged = ALL},
	/* dot1q-tunnel */
	{{.mode = TUNNEL, .tag = "100"}, .untagged = "100", .pvid = 100, .push_tpid = ETH_P_8021AD,
	 .flags = XVS_PORT_TUNNEL},
	{{.mode = TUNNEL, .tag = "100", .trunks = "20"}, .untagged = "100", .pvid = 100,
	 .push_tpid = ETH_P_8021AD, .flags = XVS_PORT_TUNNEL},
	{{.mode = TUNNEL, .tag = "100", .cvlans = "5,7-9"}, .untagged = "100", .pvid = 100,
	 .push_tpid = ETH_P_8021AD, .flags = TUNNEL_CVLANS, .set = "5,7-9"},
	{{.mode = TUNNEL, .tag = "100", .cvlans = "0"}, .untagged = "100", .pvid = 100,
	 .push_tpid = ETH_P_8021AD, .flags = TUNNEL_CVLANS, .set = "0"},
	{{.mode = TUNNEL, .tag = "100", .other_config = "qinq-ethtype=802.1q"}, .untagged = "100",
	 .pvid = 100, .flags = XVS_PORT_TUNNEL},
	{{.mode = TUNNEL, .tag = "100", .other_config = "qinq-ethtype=802.1ad"}, .untagged = "100",
	 .pvid = 100, .push_tpid = ETH_P_8021AD, .flags = XVS_PORT_TUNNEL},
	/* qinq-ethtype is for no other */
	{{.other_config = "qinq-ethtype=802.1ad"}, .untagged = "0", .tagged = ALL},
	{{.tag = "10", .other_config = "qinq-ethtype=802.1ad"}, .untagged = "10", .pvid = 10,
	 .flags = XVS_PORT_ACCESS},
	/* priority-tags */
	{{.other_config = NEVER}, .untagged = "0", .tagged = ALL},
	{{.other_config = NONZERO}, .priority = "0", .tagged = ALL},
	{{.other_config = ALWAYS}, .priority_always = "0", .tagged = ALL},
	{{.other_config = "priority-tags=true"}, .priority = "0", .tagged = ALL},
	{{.other_config = "priority-tags=false"}, .untagged = "0", .tagged = ALL},
	{{.mode = "native-tagged", .other_config = ALWAYS}, .priority_always = "0", .tagged = ALL},
	{{.trunks = "10", .other_config = ALWAYS}, .tagged = "10", .flags = XVS_PORT_VLAN_SET,
	 .set = "10"},
};
/* clang-format on */

static json_t *column_value(const char *name, const char *word)
{
	const struct db_column *column = db_column_find(db_table_find("Port", NULL), name, NULL);
	struct error error;
	json_t *value = word ? datum_parse(column, word, &error) : datum_default(column);

	if (!value)
		fail_msg("%s=%s: %s", name, word, error.text);
	return value;
}

static struct db_vlan load(const struct words *words)
{
	json_t *values[] = {
		column_value("vlan_mode", words->mode),
		column_value("tag", words->tag),
		column_value("trunks", words->trunks),
		column_value("cvlans", words->cvlans),
		column_value("other_config", words->other_config),
	};
	const struct vlan_columns columns = {values[0], values[1], values[2], values[3], values[4]};
	struct db_vlan vlan;

	memset(&vlan, 0xa5, sizeof(vlan));
	vlan_load(&vlan, &columns);
	for (int i = 0; i < 5; i++)
		json_decref(values[i]);
	return vlan;
}

/* Is the VLAN one of "1,3-5"? */
static bool is_in(const char *list, int vid)
{
	int first, last, end;

	for (; list && *list; list += end + (list[end] == ',')) {
		if (sscanf(list, "%d-%d%n", &first, &last, &end) != 2) {
			assert_int_equal(sscanf(list, "%d%n", &first, &end), 1);
			last = first;
		}
		if (first <= vid && vid <= last)
			return true;
	}
	return false;
}

static int expected_egress(const struct row *row, int vid)
{
	if (is_in(row->untagged, vid))
		return XVS_EGRESS_UNTAGGED;
	if (is_in(row->tagged, vid))
		return XVS_EGRESS_TAGGED;
	if (is_in(row->priority, vid))
		return XVS_EGRESS_PRIORITY;
	return is_in(row->priority_always, vid) ? XVS_EGRESS_PRIORITY_ALWAYS : VLAN_NOT_CARRIED;
}

static void every_mode_is_as_documented(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct db_vlan vlan = load(&rows[i].words);
		struct dp_port port = {.flags = XVS_PORT_UP, .mtu = 1500};

		assert_int_equal(vlan_check(&vlan, "p1", NULL), 0);
		for (int vid = 0; vid <= UINT16_MAX; vid++)
			if (vlan_egress(&vlan, vid) != expected_egress(&rows[i], vid))
				fail_msg("row %zu: VLAN %d leaves as %d, not %d", i, vid,
					 vlan_egress(&vlan, vid), expected_egress(&rows[i], vid));
		vlan_describe(&vlan, &port);
		assert_int_equal(vlan_native(&vlan), rows[i].pvid);
		assert_int_equal(port.pvid, rows[i].pvid);
		assert_int_equal(port.push_tpid,
				 rows[i].push_tpid ? rows[i].push_tpid : ETH_P_8021Q);
		assert_int_equal(port.flags, rows[i].flags | XVS_PORT_UP);
		assert_int_equal(port.mtu, 1500);
		for (int vid = 0; vid < VLAN_COUNT; vid++)
			assert_int_equal(vlan_set_has(&port.vlan_set, vid),
					 is_in(rows[i].set, vid));
	}
}

static void some_settings_do_not_fit(void **state)
{
	static const struct {
		struct words words;
		const char *sentence;
	} cases[] = {
		{{.mode = TUNNEL},
		 "port p1 has vlan_mode=dot1q-tunnel, which needs a tag: the VLAN that carries its "
		 "customers' frames"},
		{{.mode = TUNNEL, .cvlans = "5"},
		 "port p1 has vlan_mode=dot1q-tunnel, which needs a tag: the VLAN that carries its "
		 "customers' frames"},
		{{.cvlans = "5"},
		 "port p1 has cvlans, which only ports with vlan_mode=dot1q-tunnel can have"},
		{{.tag = "10", .cvlans = "5"},
		 "port p1 has cvlans, which only ports with vlan_mode=dot1q-tunnel can have"},
		{{.mode = "native-untagged", .tag = "10", .cvlans = "5"},
		 "port p1 has cvlans, which only ports with vlan_mode=dot1q-tunnel can have"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct db_vlan vlan = load(&cases[i].words);
		struct error error = {};

		assert_int_equal(vlan_check(&vlan, "p1", &error), -EINVAL);
		assert_string_equal(error.text, cases[i].sentence);
	}
}

/* Octet by octet: it is compared so. */
static void what_means_the_same_is_the_same(void **state)
{
	static const struct words pairs[][2] = {
		{{.mode = NULL}, {.mode = "trunk", .tag = "10"}},
		{{.tag = "10"}, {.mode = "access", .tag = "10", .trunks = "1-4094"}},
		{{.trunks = "10,20,30"}, {.mode = "trunk", .trunks = "30,10,20"}},
		{{.mode = TUNNEL, .tag = "7"}, {.mode = TUNNEL, .tag = "7", .trunks = "20"}},
		{{.tag = "10"}, {.tag = "10", .other_config = "x=y,priority-tags=never"}},
		{{.mode = TUNNEL, .tag = "7"},
		 {.mode = TUNNEL, .tag = "7", .other_config = "qinq-ethtype=802.1ad"}},
		/* of a tunnel port only */
		{{.mode = NULL}, {.other_config = "qinq-ethtype=802.1q"}},
		{{.tag = "10"}, {.tag = "10", .other_config = "qinq-ethtype=802.1q"}},
		/* only where VLAN 0 may leave tagged */
		{{.tag = "10"}, {.tag = "10", .other_config = ALWAYS}},
		{{.mode = "access"}, {.mode = "access", .other_config = NONZERO}},
		{{.mode = TUNNEL, .tag = "7"},
		 {.mode = TUNNEL, .tag = "7", .other_config = ALWAYS}},
		{{.mode = "native-untagged"}, {.mode = "native-untagged", .other_config = ALWAYS}},
		{{.mode = "native-tagged", .tag = "10"},
		 {.mode = "native-tagged", .tag = "10", .other_config = ALWAYS}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct db_vlan a = load(&pairs[i][0]), b = load(&pairs[i][1]);

		assert_memory_equal(&a, &b, sizeof(a));
	}
}

static void sets_hold_every_vlan(void **state)
{
	json_t *all = column_value("trunks", "0-4094"), *none = column_value("trunks", NULL);
	struct vlan_set set;

	(void)state;
	memset(&set, 0xa5, sizeof(set));
	assert_int_equal(vlan_set_load(&set, none), 0);
	for (int vid = 0; vid < VLAN_COUNT; vid++)
		assert_false(vlan_set_has(&set, vid));
	for (int vid = VLAN_COUNT - 1; vid >= 0; vid -= 13)
		vlan_set_add(&set, vid);
	for (int vid = 0; vid < VLAN_COUNT; vid++)
		assert_int_equal(vlan_set_has(&set, vid), (VLAN_COUNT - 1 - vid) % 13 == 0);
	assert_int_equal(vlan_set_load(&set, all), 4095);
	for (int vid = 0; vid < VLAN_COUNT; vid++)
		assert_int_equal(vlan_set_has(&set, vid), vid != 4095);
	json_decref(all);
	json_decref(none);

	/* Whatever is in a file, nothing is written beside the set. */
	all = json_pack("[s[iiI]]", "set", -1, 70000, (json_int_t)INT64_MIN);
	assert_int_equal(vlan_set_load(&set, all), 3);
	for (int vid = 0; vid < VLAN_COUNT; vid++)
		assert_int_equal(vlan_set_has(&set, vid),
				 vid == 0 || vid == 70000 % VLAN_COUNT || vid == 4095);
	json_decref(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mode_is_as_documented),
		cmocka_unit_test(some_settings_do_not_fit),
		cmocka_unit_test(what_means_the_same_is_the_same),
		cmocka_unit_test(sets_hold_every_vlan),
	};

	return cmocka_run_group_tests_name("vlan", tests, NULL, NULL);
}
