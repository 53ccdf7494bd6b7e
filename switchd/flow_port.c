/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/flow_port.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* From OpenFlow 1.1 on ports have 32 bits, and OpenFlow's own ones end in what they were before. */
#define WIDE_RESERVED 0xffffff00u

static const struct own_port {
	const char *name;
	uint16_t number;
} own_ports[] = {
	{"UNSET", 0xfff7},      {"IN_PORT", XVS_OFPP_IN_PORT},
	{"TABLE", 0xfff9},      {"NORMAL", 0xfffa},
	{"FLOOD", 0xfffb},      {"ALL", 0xfffc},
	{"CONTROLLER", 0xfffd}, {"LOCAL", XVS_OFPP_LOCAL},
	{"ANY", XVS_OFPP_NONE}, {"NONE", XVS_OFPP_NONE},
};

#define OWN_PORTS (sizeof(own_ports) / sizeof(*own_ports))

static bool parse_number(const char *text, uint16_t *port)
{
	unsigned long number;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	number = strtoul(text, &end, 10);
	if (*end || (number > UINT16_MAX && (number < WIDE_RESERVED || number > UINT32_MAX)))
		return false;
	*port = (uint16_t)number;
	return true;
}

static bool parse_own(const char *text, uint16_t *port)
{
	for (size_t i = 0; i < OWN_PORTS; i++)
		if (!strcasecmp(text, own_ports[i].name)) {
			*port = own_ports[i].number;
			return true;
		}
	return false;
}

static bool parse_name(const char *text, const struct flow_ports *ports, uint16_t *port)
{
	json_t *unquoted = NULL;
	int number;

	if (!ports)
		return false;
	if (*text == '"') {
		unquoted = json_loads(text, JSON_DECODE_ANY, NULL);
		if (!unquoted)
			return false;
		text = json_string_value(unquoted);
	}
	number = ports->number(ports, text);
	json_decref(unquoted);
	if (number < 0)
		return false;
	*port = (uint16_t)number;
	return true;
}

bool flow_port_parse(const char *text, const struct flow_ports *ports, uint16_t *port)
{
	return parse_number(text, port) || parse_own(text, port) || parse_name(text, ports, port);
}

/* Is it a plain word, and none that means another port? */
static bool is_word(const char *name)
{
	const char *octet = name;
	uint16_t own;

	if (isdigit((unsigned char)*octet) || parse_own(name, &own))
		return false;
	while (isalnum((unsigned char)*octet) || *octet == '_')
		octet++;
	return octet > name && !*octet;
}

/* Quotes are none to who divides a text into words: what words end with is escaped. */
static void print_quoted(struct text *text, const char *quoted)
{
	for (; *quoted; quoted++)
		if (strchr(",()", *quoted))
			text_add(text, "\\u%04x", (unsigned char)*quoted);
		else
			text_add(text, "%c", *quoted);
}

static void print_name(struct text *text, const char *name)
{
	json_t *string;
	char *quoted;

	if (is_word(name)) {
		text_add(text, "%s", name);
		return;
	}
	string = json_string(name);
	quoted = json_dumps(string, JSON_ENCODE_ANY);
	print_quoted(text, quoted ? quoted : name);
	free(quoted);
	json_decref(string);
}

void flow_port_print(struct text *text, const struct flow_ports *ports, uint16_t port)
{
	const char *name;

	for (size_t i = 0; i < OWN_PORTS; i++)
		if (own_ports[i].number == port) {
			text_add(text, "%s", own_ports[i].name);
			return;
		}
	name = ports ? ports->name(ports, port) : NULL;
	if (name)
		print_name(text, name);
	else
		text_add(text, "%u", port);
}
