/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fields that flows match: where they lie in the key, and their values as text. What
 * ovs-ofctl makes of such values, tests/system/test_flow_text.py asks it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "switchd/flow_field.h"

static const struct flow_field *field(const char *name)
{
	const struct flow_field *found = flow_field_find(name, strlen(name));

	if (!found)
		fail_msg("%s is not found", name);
	return found;
}

static void assert_name(const char *name, const struct flow_field *wanted)
{
	if (name && flow_field_find(name, strlen(name)) != wanted)
		fail_msg("%s leads to another field than %s", name, wanted->name);
}

static void all_names_lead_to_their_field(void **state)
{
	(void)state;
	for (size_t i = 0; i < FLOW_FIELDS; i++) {
		const struct flow_field *one = flow_field_at(i);

		assert_non_null(one->name);
		assert_name(one->name, one);
		assert_name(one->alias, one);
		assert_name(one->nxm, one);
		assert_name(one->oxm, one);
	}
	assert_null(flow_field_at(FLOW_FIELDS));
}

static void only_whole_names_are_found(void **state)
{
	(void)state;
	assert_null(flow_field_find("tcp_sr", 6));
	assert_null(flow_field_find("tcp_srcs", 8));
	assert_null(flow_field_find("", 0));
	assert_null(flow_field_find("zzz", 3));
	assert_ptr_equal(flow_field_find("reg0[0..3]", 4), flow_field_at(FLOW_FIELD_REG0));
}

/* Words 3 and 4 have 48 bits, 12 and 13 up to 128: no field may reach into its neighbour. */
static void a_field_changes_its_own_bits_only(void **state)
{
	(void)state;
	for (size_t i = 0; i < FLOW_FIELDS; i++) {
		const struct flow_field *one = flow_field_at(i);
		const struct flow_value all = {UINT64_MAX, UINT64_MAX};
		struct flow_value ones = flow_field_ones(one), got;
		struct xvs_flow_key key = {{0}};
		int bits = 0;

		flow_field_set(one, &key, all);
		got = flow_field_get(one, &key);
		assert_int_equal(got.lo, ones.lo);
		assert_int_equal(got.hi, ones.hi);
		for (size_t word = 0; word < XVS_FLOW_WORDS; word++)
			bits += __builtin_popcountll(key.word[word]);
		assert_int_equal(bits, i == FLOW_FIELD_NW_TOS ? 6 : one->bits);
		flow_field_set(one, &key, (struct flow_value){0});
		for (size_t word = 0; word < XVS_FLOW_WORDS; word++)
			assert_int_equal(key.word[word], 0);
	}
}

static void nw_tos_leaves_ecn_alone(void **state)
{
	struct xvs_flow_key key = {{0}};

	(void)state;
	flow_field_set(field("nw_ecn"), &key, (struct flow_value){.lo = 3});
	flow_field_set(field("nw_tos"), &key, (struct flow_value){.lo = 0x28});
	assert_int_equal(flow_field_get(field("nw_ecn"), &key).lo, 3);
	assert_int_equal(flow_field_get(field("ip_dscp"), &key).lo, 0x28 >> 2);
	assert_int_equal(key.word[2], 0x2b00);
}

static void places_are_those_of_the_key(void **state)
{
	static const struct {
		const char *name;
		int word;
		uint64_t bit; /* the lowest */
	} places[] = {
		{"in_port", 0, 1ULL << 48},
		{"vlan_tci", 0, 1ULL << 32},
		{"dl_type", 0, 1 << 16},
		{"nw_proto", 0, 1 << 8},
		{"ip_frag", 0, 1},
		{"nw_src", 1, 1ULL << 32},
		{"arp_tpa", 1, 1},
		{"tp_src", 2, 1ULL << 48},
		{"tp_dst", 2, 1ULL << 32},
		{"tcp_flags", 2, 1 << 16},
		{"nw_ttl", 2, 1},
		{"dl_dst", 3, 1},
		{"dl_src", 4, 1},
		{"metadata", 5, 1},
		{"reg0", 6, 1ULL << 32},
		{"reg1", 6, 1},
		{"reg2", 7, 1ULL << 32},
		{"reg3", 7, 1},
		{"ipv6_src", 9, 1},
		{"ipv6_dst", 11, 1},
		{"nd_target", 13, 1},
		{"arp_sha", 12, 1},
		{"arp_tha", 13, 1},
		{"dl_vlan_pcp", 0, 1ULL << 45},
		{"icmp_type", 2, 1ULL << 48},
		{"icmpv6_code", 2, 1ULL << 32},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		struct xvs_flow_key key = {{0}};

		flow_field_set(field(places[i].name), &key, (struct flow_value){.lo = 1});
		if (key.word[places[i].word] != places[i].bit)
			fail_msg("%s is elsewhere", places[i].name);
	}
}

/* Text in, value and mask as text out; NULL: the value is refused, and `out` is the sentence. */
static void assert_parsed(const char *name, const char *in, const char *out, bool refused)
{
	struct flow_value value, mask;
	struct text text = TEXT_EMPTY;
	struct error error = {"-"};
	int err = flow_field_parse(field(name), in, NULL, &value, &mask, &error);

	if (refused) {
		assert_int_equal(err, -EINVAL);
		assert_string_equal(error.text, out);
		return;
	}
	if (err)
		fail_msg("%s=%s: %s", name, in, error.text);
	flow_field_print(field(name), &text, NULL, value, mask);
	assert_string_equal(text_string(&text), out);
	text_free(&text);
}

static void values_are_read_and_printed(void **state)
{
	static const struct {
		const char *name, *in, *out;
		bool refused;
	} rows[] = {
		{"tcp_src", "80", "80", false},
		{"tcp_src", "0x50/0xfff0", "0x50/0xfff0", false},
		{"tcp_src", "0x5f/0xfff0", "0x50/0xfff0", false},
		{"tcp_src", "65536", "65536: value too large for 2-byte field tcp_src", true},
		{"tcp_src", "80/", "80/: bad syntax for tcp_src mask", true},
		{"tcp_src", "", ": bad syntax for tcp_src value", true},
		{"reg0", "16", "0x10", false},
		{"reg0", "0", "0", false},
		{"metadata", "18446744073709551615", "0xffffffffffffffff", false},
		{"dl_src", "1:2:3:4:5:6", "01:02:03:04:05:06", false},
		{"dl_src", "ff:ff:ff:ff:ff:ff/01:00:00:00:00:00",
		 "01:00:00:00:00:00/01:00:00:00:00:00", false},
		{"dl_src", "1:2:3:4:5", "1:2:3:4:5: invalid Ethernet address", true},
		{"nw_src", "10.1.2.3/8", "10.0.0.0/8", false},
		{"nw_src", "10.1.2.3/32", "10.1.2.3", false},
		{"nw_src", "10.1.2.3/0.0.0.255", "0.0.0.3/0.0.0.255", false},
		{"nw_src", "10.1.2.256", "10.1.2.256: invalid IP address", true},
		{"ipv6_dst", "fe80::1/64", "fe80::/64", false},
		{"ipv6_dst", "fe80::1/128", "fe80::1", false},
		{"ipv6_dst", "fe80::1/::ff", "::1/::ff", false},
		{"ipv6_dst", "fe80::1/129",
		 "fe80::1/129: IPv6 network prefix bits not between 0 and 128, inclusive", true},
		{"ip_frag", "not_later", "not_later", false},
		{"tcp_flags", "+syn-ack", "+syn-ack", false},
		{"tcp_flags", "syn|ack", "syn|ack", false},
		{"tcp_flags", "+syn-syn", "syn: Each TCP flag can be specified only once", true},
		{"nw_tos", "0x28", "40", false},
		{"nw_tos", "3", "3 is not a valid value for field nw_tos", true},
		{"dl_vlan", "4096", "4096 is not a valid value for field dl_vlan", true},
		{"nw_proto", "6/1", "6/1: invalid mask for field nw_proto", true},
		{"nw_proto", "6/0xff", "6", false},
		{"in_port", "local", "LOCAL", false},
		{"in_port", "4294967294", "LOCAL", false},
		{"in_port", "70000", "70000: invalid or unknown port for in_port", true},
		{"in_port", "p1", "p1: invalid or unknown port for in_port", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_parsed(rows[i].name, rows[i].in, rows[i].out, rows[i].refused);
}

static void a_mask_may_be_unwanted(void **state)
{
	struct flow_value value;
	struct error error;

	(void)state;
	assert_int_equal(flow_field_parse(field("reg0"), "5", NULL, &value, NULL, &error), 0);
	assert_int_equal(flow_field_parse(field("reg0"), "5/1", NULL, &value, NULL, &error),
			 -EINVAL);
	assert_int_equal(flow_field_parse(field("reg0"), "*", NULL, &value, NULL, &error), -EINVAL);
}

static void prerequisites_are_told(void **state)
{
	struct flow_match match = {0};
	struct error error;

	(void)state;
	assert_int_equal(flow_field_check(field("reg0"), &match, &error), 0);
	assert_int_equal(flow_field_check(field("tcp_src"), &match, &error), -EINVAL);
	assert_string_equal(error.text, "field tcp_src lacks correct prerequisites: the flow must "
					"match tcp or tcp6");
	for (int i = 0; i < 2; i++) {
		const struct flow_field *needed =
			flow_field_at(i ? FLOW_FIELD_NW_PROTO : FLOW_FIELD_ETH_TYPE);

		flow_field_set(needed, &match.value, (struct flow_value){.lo = i ? 6 : 0x86dd});
		flow_field_set(needed, &match.mask, flow_field_ones(needed));
	}
	assert_int_equal(flow_field_check(field("tcp_src"), &match, &error), 0);
	assert_int_equal(flow_field_check(field("ipv6_src"), &match, &error), 0);
	assert_int_equal(flow_field_check(field("nw_src"), &match, &error), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_names_lead_to_their_field),
		cmocka_unit_test(only_whole_names_are_found),
		cmocka_unit_test(a_field_changes_its_own_bits_only),
		cmocka_unit_test(nw_tos_leaves_ecn_alone),
		cmocka_unit_test(places_are_those_of_the_key),
		cmocka_unit_test(values_are_read_and_printed),
		cmocka_unit_test(a_mask_may_be_unwanted),
		cmocka_unit_test(prerequisites_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
