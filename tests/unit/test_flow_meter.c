/* SPDX-License-Identifier: BSD-2-Clause */
/* Meters as text, as Open vSwitch 3.1 has them, and as numbers for the data path. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "switchd/flow_meter.h"

/* clang-format off */
static const struct {
	const char *text, *printed;
} good[] = {
	{"meter=1,kbps,burst,stats,bands=type=drop,rate=1000,burst_size=100",
	 "meter=1 kbps burst stats bands=\ntype=drop rate=1000 burst_size=100"},
	{"meter=1,kbps,bands=type=drop,rate=1000", "meter=1 kbps bands=\ntype=drop rate=1000"},
	{"meter=1,pktps,bands=type=drop,rate=1000", "meter=1 pktps bands=\ntype=drop rate=1000"},
	{"meter=1,kbps,bands=type=drop,rate=1000,type=drop,rate=2000",
	 "meter=1 kbps bands=\ntype=drop rate=1000\ntype=drop rate=2000"},
	{"meter=1,kbps,band=type=drop,rate=1000", "meter=1 kbps bands=\ntype=drop rate=1000"},
	{"meter=1,kbps,bands=type=drop rate=1000", "meter=1 kbps bands=\ntype=drop rate=1000"},
	{"meter=70000 kbps bands=type=drop rate=1000", "meter=70000 kbps bands=\ntype=drop rate=1000"},
	{"meter=4294901760,kbps,stats,bands=type=drop,rate=4294967295",
	 "meter=4294901760 kbps stats bands=\ntype=drop rate=4294967295"},
};

static const struct {
	const char *text, *sentence;
} bad[] = {
	{"meter=1,pktps,burst,bands=type=drop,rate=1000", "band must have 'burst_size' when 'burst' flag is set"},
	{"meter=1,kbps,bands=type=drop,rate=1000,burst_size=100",
	 "band may have 'burst_size' only when 'burst' flag is set"},
	{"meter=1,kbps", "must specify bands"},
	{"meter=1", "must specify bands"},
	{"", "must specify bands"},
	{"kbps,bands=type=drop,rate=1000", "must specify 'meter'"},
	{"meter=1,bands=type=drop,rate=1000", "meter must specify either 'kbps' or 'pktps'"},
	{"meter=1,kbps,pktps,bands=type=drop,rate=1000",
	 "meter must specify either 'kbps' or 'pktps', not both (OFPMMFC_BAD_FLAGS)"},
	{"meter=1,kbps,bands=type=dscp_remark,rate=1000,prec_level=1",
	 "bands of type dscp_remark are not supported (OFPMMFC_BAD_BAND)"},
	{"meter=1,kbps,bands=type=foo,rate=1000", "field type unknown value foo"},
	{"meter=1,kbps,bands=type=drop", "band must have 'rate'"},
	{"meter=1,kbps,bands=type=drop,rate=0", "band must have 'rate'"},
	{"meter=1,kbps,bands=type=drop,rate=x", "invalid numeric format x"},
	{"meter=1,kbps,bands=type=drop,rate=5000000000", "invalid numeric format 5000000000"},
	{"meter=1,kbps,bands=rate=1000", "band must start with the 'type' keyword"},
	{"meter=0,kbps,bands=type=drop,rate=1000", "invalid value for meter"},
	{"meter=4294901761,kbps,bands=type=drop,rate=1000", "invalid value for meter"},
	{"meter=x,kbps,bands=type=drop,rate=1000", "invalid numeric format x"},
	{"meter=controller,kbps,bands=type=drop,rate=1000", "meter=controller: there are meters of flows only"},
	{"meter=1,foo,bands=type=drop,rate=1000", "field foo missing value"},
	{"meter=1,foo=2,kbps,bands=type=drop,rate=1000", "unknown keyword foo"},
	{"meter=1,kbps,bands=type=drop,rate=1000,foo=1", "unknown keyword foo"},
	{"meter=1,kbps,bands=", "meter must have bands"},
	{"meter=1,kbps,bands=type=drop,rate=1,type=drop,rate=2,type=drop,rate=3,type=drop,rate=4,type=drop,rate=5",
	 "a meter has at most 4 bands"},
};
/* clang-format on */

static struct flow_meter parse(const char *line)
{
	struct flow_meter meter;
	struct error error;

	if (flow_meter_parse(&meter, line, &error))
		fail_msg("%s: %s", line, error.text);
	return meter;
}

static void expect_print(const struct flow_meter *meter, const char *expected)
{
	struct text text = TEXT_EMPTY;

	flow_meter_print(&text, meter);
	assert_string_equal(text_string(&text), expected);
	text_free(&text);
}

static void meters_are_printed_as_open_vswitch_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct flow_meter meter = parse(good[i].text);

		expect_print(&meter, good[i].printed);
		/* And it reads back. */
		meter = parse(good[i].printed);
		expect_print(&meter, good[i].printed);
	}
}

static void what_is_wrong_is_told(void **state)
{
	struct flow_meter meter;
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(flow_meter_parse(&meter, bad[i].text, &error), -EINVAL);
		assert_string_equal(error.text, bad[i].sentence);
	}
}

static void counts_are_printed_as_open_vswitch_does(void **state)
{
	struct flow_meter meter = parse("meter=1,kbps,bands=type=drop,rate=1,type=drop,rate=2");
	const struct xvs_meter counts = {
		.packets = 5, .bytes = 600, .band[1] = {.packets = 2, .bytes = 240}};
	const struct flow_meter_stats stats = {
		.duration_ns = 12057999999, .flows = 3, .counts = &counts};
	struct text text = TEXT_EMPTY;

	(void)state;
	flow_meter_print_stats(&text, &meter, &stats);
	assert_string_equal(text_string(&text),
			    "meter:1 flow_count:3 packet_in_count:5 byte_in_count:600 "
			    "duration:12.057s bands:\n"
			    "0: packet_count:0 byte_count:0\n"
			    "1: packet_count:2 byte_count:240");
	text_free(&text);
}

/* 8 Mbit/s: a bit takes 125 ns. 100 kbit of burst are 12.5 ms. */
static void bits_take_their_time(void **state)
{
	struct flow_meter meter =
		parse("meter=1,kbps,burst,bands=type=drop,rate=8000,burst_size=100");
	struct xvs_meter made;

	(void)state;
	flow_meter_make(&made, &meter);
	assert_int_equal(made.bands, 1);
	assert_false(made.pktps);
	assert_int_equal(made.band[0].cost, 125 << 16);
	assert_int_equal(made.band[0].burst, 12500000);
}

static void frames_take_their_time(void **state)
{
	struct flow_meter meter =
		parse("meter=1,pktps,bands=type=drop,rate=1000,type=drop,rate=4000000000");
	struct xvs_meter made;

	(void)state;
	flow_meter_make(&made, &meter);
	assert_int_equal(made.bands, 2);
	assert_true(made.pktps);
	assert_int_equal(made.band[0].cost, 1000000ULL << 16);
	assert_int_equal(made.band[1].cost, (1 << 16) / 4);
	/* No burst was said: what comes in a second. */
	assert_int_equal(made.band[0].burst, 1000000000);
	assert_int_equal(made.band[1].burst, 1000000000);
}

static void the_greatest_numbers_do_not_overflow(void **state)
{
	struct flow_meter meter = parse("meter=1,kbps,burst,bands=type=drop,rate=1,burst_size="
					"4294967295,type=drop,rate=4294967295,burst_size=1");
	struct xvs_meter made;

	(void)state;
	flow_meter_make(&made, &meter);
	assert_int_equal(made.band[0].cost, 1000000ULL << 16);
	assert_int_equal(made.band[0].burst, 4294967295ULL * 1000000000);
	assert_true(made.band[1].cost > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(meters_are_printed_as_open_vswitch_does),
		cmocka_unit_test(what_is_wrong_is_told),
		cmocka_unit_test(counts_are_printed_as_open_vswitch_does),
		cmocka_unit_test(bits_take_their_time),
		cmocka_unit_test(frames_take_their_time),
		cmocka_unit_test(the_greatest_numbers_do_not_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
