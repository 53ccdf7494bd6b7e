/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/option.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "db/datum.h"
#include "db/db.h"

static bool parse_integer(const char *text, long long *value)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*value = strtoll(text, &end, 10);
	return !errno && !*end;
}

static bool is_aging_time(const char *text)
{
	long long value;

	return parse_integer(text, &value) && value <= INT32_MAX;
}

static bool is_table_size(const char *text)
{
	long long value;

	return parse_integer(text, &value) && value >= 1 && value <= OPTION_TABLE_SIZE_MAX;
}

static bool is_boolean(const char *text)
{
	return !strcasecmp(text, "true") || !strcasecmp(text, "false");
}

bool option_parse_mac(const char *text, uint8_t mac[6])
{
	static const char form[] = "xx:xx:xx:xx:xx:xx";

	for (size_t i = 0; i < sizeof(form); i++) {
		if (form[i] == 'x' ? !isxdigit((unsigned char)text[i]) : text[i] != form[i])
			return false;
	}
	for (size_t i = 0; i < 6; i++)
		mac[i] = (uint8_t)strtoul(text + 3 * i, NULL, 16);
	return true;
}

static bool is_station_mac(const char *text)
{
	static const uint8_t zero[6];
	uint8_t mac[6];

	return option_parse_mac(text, mac) && !(mac[0] & 1) && memcmp(mac, zero, sizeof(zero));
}

static bool is_rx_hook(const char *text)
{
	return !strcmp(text, "auto") || !strcmp(text, "xdp") || !strcmp(text, "tc");
}

static bool is_priority_tags(const char *text)
{
	return !strcmp(text, "never") || !strcmp(text, "if-nonzero") || !strcmp(text, "always") ||
	       is_boolean(text);
}

static bool is_qinq_ethtype(const char *text)
{
	return !strcmp(text, "802.1ad") || !strcmp(text, "802.1q");
}

static bool is_vlan_limit(const char *text)
{
	long long value;

	return parse_integer(text, &value) && value <= INT32_MAX;
}

static bool is_device_name(const char *text)
{
	return *text && strlen(text) <= DB_NAME_MAX;
}

/* In the order of the tables, the columns and the keys: the manual has it. */
const struct db_option db_options[] = {
	{"Bridge", "other_config", "forward-bpdu", is_boolean, "true or false",
	 "Whether frames to 01:80:c2:00:00:0X are forwarded; false unless told."},
	{"Bridge", "other_config", "hwaddr", is_station_mac,
	 "a MAC address as xx:xx:xx:xx:xx:xx that is neither zero nor a group address",
	 "MAC address of the bridge's own network device."},
	{"Bridge", "other_config", "mac-aging-time", is_aging_time,
	 "a number of seconds from 0 (never forget) to 2147483647",
	 "Time after which a silent address is forgotten; 300 unless told."},
	{"Bridge", "other_config", "mac-table-size", is_table_size,
	 "a number of addresses from 1 to 1048576",
	 "How many addresses the bridge learns; 8192 unless told."},
	{"Interface", "options", "peer", is_device_name, "the name of an interface",
	 "The other end of an interface of type patch."},
	{"Interface", "options", "rx-hook", is_rx_hook, "auto, xdp or tc",
	 "Hook of the kernel that takes the device's frames; auto unless told."},
	{"Open_vSwitch", "other_config", "vlan-limit", is_vlan_limit,
	 "a number of tags, or 0 for no limit",
	 "How many tags of a frame are looked at, 2 at most; 1 unless told."},
	{"Port", "other_config", "priority-tags", is_priority_tags, "never, if-nonzero or always",
	 "Whether frames of VLAN 0 keep a tag for its priority; never unless told."},
	{"Port", "other_config", "qinq-ethtype", is_qinq_ethtype, "802.1ad or 802.1q",
	 "TPID of the tag that frames from a dot1q-tunnel port get; 802.1ad unless told."},
};
const size_t db_n_options = sizeof(db_options) / sizeof(*db_options);

int option_check(const struct db_table *table, const struct db_column *column, const json_t *map,
		 struct error *error)
{
	for (size_t i = 0; i < db_n_options; i++) {
		const struct db_option *option = &db_options[i];
		const char *text;

		if (strcmp(option->table, table->name) || strcmp(option->column, column->name))
			continue;
		text = option_string(map, option->key);
		if (text && !option->valid(text))
			return error_set(
				error, -EINVAL,
				"%s:%s of a record in table %s can't be \"%s\": expected %s",
				column->name, option->key, table->name, text, option->expected);
	}
	return 0;
}

const char *option_string(const json_t *map, const char *key)
{
	return json_string_value(datum_map_get(map, key));
}

uint32_t option_integer(const json_t *map, const char *key, uint32_t otherwise)
{
	const char *text = option_string(map, key);
	long long value;

	return text && parse_integer(text, &value) ? (uint32_t)value : otherwise;
}

bool option_boolean(const json_t *map, const char *key)
{
	const char *text = option_string(map, key);

	return text && !strcasecmp(text, "true");
}
