/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/flow_meter.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/flow_word.h"

#define NS_PER_SECOND 1000000000ULL
#define COST_SHIFT    16 /* xvs_meter_band.cost */

struct parser {
	struct flow_meter *meter;
	bool has_id, has_unit;
	struct error *error;
};

static int parse_number(const struct parser *parser, const char *text, uint32_t *number)
{
	uint64_t value;

	if (!flow_number(text, UINT32_MAX, &value))
		return error_set(parser->error, -EINVAL, "invalid numeric format %s", text);
	*number = (uint32_t)value;
	return 0;
}

static int parse_id(struct parser *parser, const char *text)
{
	int err;

	if (!strcmp(text, "controller") || !strcmp(text, "slowpath") || !strcmp(text, "all"))
		return error_set(parser->error, -EINVAL, "meter=%s: there are meters of flows only",
				 text);
	err = parse_number(parser, text, &parser->meter->id);
	if (!err && (!parser->meter->id || parser->meter->id > FLOW_METER_MAX))
		err = error_set(parser->error, -EINVAL, "invalid value for meter");
	parser->has_id = true;
	return err;
}

static int parse_unit(struct parser *parser, bool pktps)
{
	if (parser->has_unit && parser->meter->pktps != pktps)
		return error_set(parser->error, -EINVAL,
				 "meter must specify either 'kbps' or 'pktps', not both "
				 "(OFPMMFC_BAD_FLAGS)");
	parser->has_unit = true;
	parser->meter->pktps = pktps;
	return 0;
}

static int parse_word(struct parser *parser, const struct flow_word *word)
{
	if (!strcmp(word->name, "kbps"))
		return parse_unit(parser, false);
	if (!strcmp(word->name, "pktps"))
		return parse_unit(parser, true);
	if (!strcmp(word->name, "burst")) {
		parser->meter->burst = true;
		return 0;
	}
	if (!strcmp(word->name, "stats")) {
		parser->meter->stats = true;
		return 0;
	}
	if (!word->delimiter)
		return error_set(parser->error, -EINVAL, "field %s missing value", word->name);
	if (!strcmp(word->name, "meter"))
		return parse_id(parser, word->value);
	return error_set(parser->error, -EINVAL, "unknown keyword %s", word->name);
}

static int add_band(struct parser *parser, const char *type)
{
	if (!strcmp(type, "dscp_remark"))
		return error_set(parser->error, -EINVAL,
				 "bands of type dscp_remark are not supported (OFPMMFC_BAD_BAND)");
	if (strcmp(type, "drop"))
		return error_set(parser->error, -EINVAL, "field type unknown value %s", type);
	if (parser->meter->n_bands == XVS_METER_BANDS)
		return error_set(parser->error, -EINVAL, "a meter has at most %d bands",
				 XVS_METER_BANDS);
	parser->meter->n_bands++;
	return 0;
}

static int parse_band_word(struct parser *parser, const struct flow_word *word)
{
	struct flow_meter_band *band;

	if (!strcmp(word->name, "type"))
		return add_band(parser, word->value);
	if (!parser->meter->n_bands)
		return error_set(parser->error, -EINVAL, "band must start with the 'type' keyword");
	band = &parser->meter->band[parser->meter->n_bands - 1];
	if (!strcmp(word->name, "rate"))
		return parse_number(parser, word->value, &band->rate);
	if (!strcmp(word->name, "burst_size"))
		return parse_number(parser, word->value, &band->burst);
	return error_set(parser->error, -EINVAL, "unknown keyword %s", word->name);
}

static int check_band(const struct parser *parser, const struct flow_meter_band *band)
{
	if (!band->rate)
		return error_set(parser->error, -EINVAL, "band must have 'rate'");
	if (parser->meter->burst && !band->burst)
		return error_set(parser->error, -EINVAL,
				 "band must have 'burst_size' when 'burst' flag is set");
	if (!parser->meter->burst && band->burst)
		return error_set(parser->error, -EINVAL,
				 "band may have 'burst_size' only when 'burst' flag is set");
	return 0;
}

static int parse_bands(struct parser *parser, char *text)
{
	struct flow_word word;
	int err = 0;

	while (!err && flow_word_next(&text, &word))
		err = parse_band_word(parser, &word);
	if (!err && !parser->meter->n_bands)
		err = error_set(parser->error, -EINVAL, "meter must have bands");
	for (size_t i = 0; !err && i < parser->meter->n_bands; i++)
		err = check_band(parser, &parser->meter->band[i]);
	return err;
}

/* Cuts the bands off what is before them. NULL: there are none. */
static char *cut_bands(char *text)
{
	char *bands = strstr(text, "band");
	char *value = bands ? strchr(bands, '=') : NULL;

	if (!value)
		return NULL;
	*bands = '\0';
	return value + 1;
}

static int parse_meter(struct parser *parser, char *text)
{
	char *bands = cut_bands(text);
	struct flow_word word;
	int err = 0;

	if (!bands)
		return error_set(parser->error, -EINVAL, "must specify bands");
	while (!err && flow_word_next(&text, &word))
		err = parse_word(parser, &word);
	if (!err && !parser->has_id)
		err = error_set(parser->error, -EINVAL, "must specify 'meter'");
	if (!err && !parser->has_unit)
		err = error_set(parser->error, -EINVAL,
				"meter must specify either 'kbps' or 'pktps'");
	return err ? err : parse_bands(parser, bands);
}

int flow_meter_parse(struct flow_meter *meter, const char *text, struct error *error)
{
	struct parser parser = {.meter = meter, .error = error};
	char *copy = strdup(text);
	int err;

	*meter = (struct flow_meter){0};
	if (!copy)
		return error_set(error, -ENOMEM, "out of memory");
	err = parse_meter(&parser, copy);
	free(copy);
	return err;
}

void flow_meter_print(struct text *text, const struct flow_meter *meter)
{
	text_add(text, "meter=%" PRIu32 " %s%s%s bands=", meter->id,
		 meter->pktps ? "pktps" : "kbps", meter->burst ? " burst" : "",
		 meter->stats ? " stats" : "");
	for (size_t i = 0; i < meter->n_bands; i++) {
		text_add(text, "\ntype=drop rate=%" PRIu32, meter->band[i].rate);
		if (meter->burst)
			text_add(text, " burst_size=%" PRIu32, meter->band[i].burst);
	}
}

void flow_meter_print_stats(struct text *text, const struct flow_meter *meter,
			    const struct flow_meter_stats *stats)
{
	text_add(text,
		 "meter:%" PRIu32 " flow_count:%" PRIu32 " packet_in_count:%" PRIu64
		 " byte_in_count:%" PRIu64 " duration:",
		 meter->id, stats->flows, (uint64_t)stats->counts->packets,
		 (uint64_t)stats->counts->bytes);
	flow_duration_print(text, stats->duration_ns);
	text_add(text, " bands:");
	for (size_t i = 0; i < meter->n_bands; i++)
		text_add(text, "\n%zu: packet_count:%" PRIu64 " byte_count:%" PRIu64, i,
			 (uint64_t)stats->counts->band[i].packets,
			 (uint64_t)stats->counts->band[i].bytes);
}

/* What a kbit or a frame takes at the rate is as many seconds as the burst is times that. */
static void make_band(struct xvs_meter_band *made, const struct flow_meter_band *band, bool pktps)
{
	uint64_t units = pktps ? 1 : 1000; /* kbit are told in bits */
	uint32_t burst = band->burst ? band->burst : band->rate;

	made->cost = (NS_PER_SECOND << COST_SHIFT) / (band->rate * units);
	made->burst = burst * NS_PER_SECOND / band->rate;
}

void flow_meter_make(struct xvs_meter *made, const struct flow_meter *meter)
{
	*made = (struct xvs_meter){.bands = (uint32_t)meter->n_bands, .pktps = meter->pktps};
	for (size_t i = 0; i < meter->n_bands; i++)
		make_band(&made->band[i], &meter->band[i], meter->pktps);
}
