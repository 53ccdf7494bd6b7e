/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values of fields as text.
 */
#include "switchd/flow_field.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/flow_port.h"

typedef int parse_fn(const struct flow_field *field, const char *text, struct flow_value *value,
		     struct flow_value *mask, struct error *error);

static bool equal(struct flow_value a, struct flow_value b)
{
	return a.hi == b.hi && a.lo == b.lo;
}

static bool is_zero(struct flow_value value)
{
	return !value.hi && !value.lo;
}

/* Numbers are read as wide as whole octets: a number too large for them is told as such, one that
 * has bits which the field has not, is not a valid value. */
static int parse_number(const struct flow_field *field, const char *text, const char *number,
			const char *what, const char **end, uint64_t *value, struct error *error)
{
	unsigned octets = (field->bits + 7) / 8;
	char *behind;

	errno = 0;
	*value = strtoull(number, &behind, 0);
	if (behind == number || isspace((unsigned char)*number) || (*behind && *behind != '/'))
		return error_set(error, -EINVAL, "%s: bad syntax for %s %s", text, field->name,
				 what);
	if (errno || (octets < 8 && *value >> (8 * octets)))
		return error_set(error, -EINVAL, "%s: value too large for %u-byte field %s", text,
				 octets, field->name);
	*end = behind;
	return 0;
}

static int parse_integer(const struct flow_field *field, const char *text, struct flow_value *value,
			 struct flow_value *mask, struct error *error)
{
	const char *end;
	int err = parse_number(field, text, text, "value", &end, &value->lo, error);

	if (err || !*end)
		return err;
	err = parse_number(field, text, end + 1, "mask", &end, &mask->lo, error);
	if (!err && *end)
		err = error_set(error, -EINVAL, "%s: bad syntax for %s mask", text, field->name);
	return err;
}

static const char *parse_mac_number(const char *text, uint64_t *mac)
{
	*mac = 0;
	for (int i = 0; i < 6; i++) {
		unsigned long octet;
		char *end;

		if (!isxdigit((unsigned char)*text))
			return NULL;
		octet = strtoul(text, &end, 16);
		if (octet > UINT8_MAX || (i < 5 && *end != ':'))
			return NULL;
		*mac = *mac << 8 | octet;
		text = i < 5 ? end + 1 : end;
	}
	return text;
}

static int parse_mac(const struct flow_field *field, const char *text, struct flow_value *value,
		     struct flow_value *mask, struct error *error)
{
	const char *end = parse_mac_number(text, &value->lo);

	(void)field;
	if (end && *end == '/')
		end = parse_mac_number(end + 1, &mask->lo);
	if (!end || *end)
		return error_set(error, -EINVAL, "%s: invalid Ethernet address", text);
	return 0;
}

static const char *parse_ipv4_number(const char *text, uint64_t *address)
{
	*address = 0;
	for (int i = 0; i < 4; i++) {
		unsigned long octet;
		char *end;

		if (!isdigit((unsigned char)*text))
			return NULL;
		octet = strtoul(text, &end, 10);
		if (octet > UINT8_MAX || (i < 3 && *end != '.'))
			return NULL;
		*address = *address << 8 | octet;
		text = i < 3 ? end + 1 : end;
	}
	return text;
}

/* A number of leading bits and nothing behind it. */
static bool parse_prefix(const char *text, long *prefix)
{
	char *end;

	*prefix = strtol(text, &end, 10);
	return end > text && !*end && !isspace((unsigned char)*text);
}

static int parse_ipv4(const struct flow_field *field, const char *text, struct flow_value *value,
		      struct flow_value *mask, struct error *error)
{
	const char *end = parse_ipv4_number(text, &value->lo);
	long prefix;

	(void)field;
	if (end && *end == '/') {
		if (parse_prefix(end + 1, &prefix)) {
			if (prefix < 0 || prefix > 32)
				return error_set(error, -EINVAL,
						 "%s: IPv4 network prefix bits not between 0 and "
						 "32, inclusive",
						 text);
			mask->lo = UINT32_MAX & ((uint64_t)UINT32_MAX << (32 - prefix));
			return 0;
		}
		end = parse_ipv4_number(end + 1, &mask->lo);
	}
	if (!end || *end)
		return error_set(error, -EINVAL, "%s: invalid IP address", text);
	return 0;
}

static uint64_t from_octets(const uint8_t *octets)
{
	uint64_t number = 0;

	for (int i = 0; i < 8; i++)
		number = number << 8 | octets[i];
	return number;
}

static bool parse_ipv6_number(const char *text, size_t length, struct flow_value *address)
{
	char copy[INET6_ADDRSTRLEN];
	struct in6_addr octets;

	if (length >= sizeof(copy))
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (inet_pton(AF_INET6, copy, &octets) != 1)
		return false;
	address->hi = from_octets(octets.s6_addr);
	address->lo = from_octets(octets.s6_addr + 8);
	return true;
}

static struct flow_value ipv6_prefix_mask(unsigned prefix)
{
	struct flow_value mask = {0};

	if (prefix)
		mask.hi = prefix < 64 ? ~(UINT64_MAX >> prefix) : UINT64_MAX;
	if (prefix > 64)
		mask.lo = prefix < 128 ? ~(UINT64_MAX >> (prefix - 64)) : UINT64_MAX;
	return mask;
}

static int parse_ipv6(const struct flow_field *field, const char *text, struct flow_value *value,
		      struct flow_value *mask, struct error *error)
{
	const char *slash = strchrnul(text, '/');
	long prefix;

	(void)field;
	if (!parse_ipv6_number(text, (size_t)(slash - text), value) ||
	    (*slash && strchr(slash + 1, '/')))
		return error_set(error, -EINVAL, "%s: invalid IPv6 address", text);
	if (!*slash)
		return 0;
	if (parse_prefix(slash + 1, &prefix)) {
		if (prefix < 0 || prefix > 128)
			return error_set(
				error, -EINVAL,
				"%s: IPv6 network prefix bits not between 0 and 128, inclusive",
				text);
		*mask = ipv6_prefix_mask((unsigned)prefix);
		return 0;
	}
	if (!parse_ipv6_number(slash + 1, strlen(slash + 1), mask))
		return error_set(error, -EINVAL, "%s: Invalid IPv6 mask", text);
	return 0;
}

static const struct frag {
	const char *name;
	uint8_t value, mask;
} frags[] = {
	{"no", 0, XVS_FLOW_FRAG_ANY | XVS_FLOW_FRAG_LATER},
	{"yes", XVS_FLOW_FRAG_ANY, XVS_FLOW_FRAG_ANY},
	{"first", XVS_FLOW_FRAG_ANY, XVS_FLOW_FRAG_ANY | XVS_FLOW_FRAG_LATER},
	{"later", XVS_FLOW_FRAG_ANY | XVS_FLOW_FRAG_LATER, XVS_FLOW_FRAG_ANY | XVS_FLOW_FRAG_LATER},
	{"not_later", 0, XVS_FLOW_FRAG_LATER},
};

#define FRAGS (sizeof(frags) / sizeof(*frags))

static int parse_frag(const struct flow_field *field, const char *text, struct flow_value *value,
		      struct flow_value *mask, struct error *error)
{
	(void)field;
	for (size_t i = 0; i < FRAGS; i++)
		if (!strcmp(text, frags[i].name)) {
			value->lo = frags[i].value;
			mask->lo = frags[i].mask;
			return 0;
		}
	return error_set(error, -EINVAL,
			 "%s: unknown fragment type (valid types are \"no\", \"yes\", \"first\", "
			 "\"later\", \"not_later\")",
			 text);
}

static const char *const tcp_flags[] = {
	"fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns", "[200]", "[400]", "[800]",
};

#define TCP_FLAGS (sizeof(tcp_flags) / sizeof(*tcp_flags))

/* The bit of a flag's name; 0: there is no such flag. */
static unsigned tcp_flag(const char *name, size_t length)
{
	for (size_t i = 0; i < TCP_FLAGS; i++)
		if (!strncmp(name, tcp_flags[i], length) && !tcp_flags[i][length])
			return 1u << i;
	return 0;
}

static int unknown_flag(const char *text, size_t length, struct error *error)
{
	return error_set(error, -EINVAL, "%.*s: unknown TCP flag(s)", (int)length, text);
}

/* "+syn-ack": these flags, set or not. */
static int parse_signed_flags(const char *text, struct flow_value *value, struct flow_value *mask,
			      struct error *error)
{
	mask->lo = 0;
	while (*text) {
		bool set = *text == '+';
		size_t length = strcspn(++text, "+-");
		unsigned flag = tcp_flag(text, length);

		if (!flag)
			return unknown_flag(text, length, error);
		if (mask->lo & flag)
			return error_set(error, -EINVAL,
					 "%.*s: Each TCP flag can be specified only once",
					 (int)length, text);
		mask->lo |= flag;
		value->lo |= set ? flag : 0;
		text += length;
	}
	return 0;
}

/* "syn|ack": these, and no other. */
static int parse_flags(const struct flow_field *field, const char *text, struct flow_value *value,
		       struct flow_value *mask, struct error *error)
{
	const char *name = text;

	if (*text == '+' || *text == '-')
		return parse_signed_flags(text, value, mask, error);
	if (isdigit((unsigned char)*text)) {
		uint64_t ones = flow_field_ones(field).lo;

		if (parse_integer(field, text, value, mask, NULL) || (value->lo | mask->lo) & ~ones)
			return unknown_flag(text, strlen(text), error);
		return 0;
	}
	for (;;) {
		size_t length = strcspn(name, "|");
		unsigned flag = tcp_flag(name, length);

		if (!flag)
			return unknown_flag(text, strlen(text), error);
		value->lo |= flag;
		if (!name[length])
			return 0;
		name += length + 1;
	}
}

static int parse_port(const struct flow_field *field, const char *text,
		      const struct flow_ports *ports, struct flow_value *value, struct error *error)
{
	uint16_t port;

	if (!flow_port_parse(text, ports, &port))
		return error_set(error, -EINVAL, "%s: invalid or unknown port for %s", text,
				 field->name);
	value->lo = port;
	return 0;
}

static int parse_by_format(const struct flow_field *field, const char *text,
			   const struct flow_ports *ports, struct flow_value *value,
			   struct flow_value *mask, struct error *error)
{
	static parse_fn *const parse[] = {
		[FLOW_DECIMAL] = parse_integer, [FLOW_HEX] = parse_integer,
		[FLOW_MAC] = parse_mac,         [FLOW_IPV4] = parse_ipv4,
		[FLOW_IPV6] = parse_ipv6,       [FLOW_FRAG] = parse_frag,
		[FLOW_TCP_FLAGS] = parse_flags,
	};

	if (field->format == FLOW_PORT)
		return parse_port(field, text, ports, value, error);
	return parse[field->format](field, text, value, mask, error);
}

int flow_field_parse(const struct flow_field *field, const char *text,
		     const struct flow_ports *ports, struct flow_value *value,
		     struct flow_value *mask, struct error *error)
{
	struct flow_value ones = flow_field_ones(field), wanted = ones;
	int err;

	*value = (struct flow_value){0};
	if (mask && !strcmp(text, "*")) {
		*mask = *value;
		return 0;
	}
	err = parse_by_format(field, text, ports, value, &wanted, error);
	if (err)
		return err;
	if ((value->hi & ~ones.hi) || (value->lo & ~ones.lo))
		return error_set(error, -EINVAL, "%s is not a valid value for field %s", text,
				 field->name);
	wanted.lo &= ones.lo;
	if (!equal(wanted, ones) && (!mask || (!field->maskable && !is_zero(wanted))))
		return error_set(error, -EINVAL, "%s: invalid mask for field %s", text,
				 field->name);
	value->hi &= wanted.hi;
	value->lo &= wanted.lo;
	if (mask)
		*mask = wanted;
	return 0;
}

static void print_mac(struct text *text, uint64_t mac)
{
	text_add(text, "%02x:%02x:%02x:%02x:%02x:%02x", (unsigned)(mac >> 40 & 0xff),
		 (unsigned)(mac >> 32 & 0xff), (unsigned)(mac >> 24 & 0xff),
		 (unsigned)(mac >> 16 & 0xff), (unsigned)(mac >> 8 & 0xff), (unsigned)(mac & 0xff));
}

static void print_ipv4_number(struct text *text, uint64_t address)
{
	text_add(text, "%u.%u.%u.%u", (unsigned)(address >> 24 & 0xff),
		 (unsigned)(address >> 16 & 0xff), (unsigned)(address >> 8 & 0xff),
		 (unsigned)(address & 0xff));
}

static void print_ipv4(struct text *text, uint64_t address, uint64_t mask)
{
	uint32_t rest = ~(uint32_t)mask;

	print_ipv4_number(text, address);
	if (!rest)
		return;
	text_add(text, "/");
	if (rest & (rest + 1))
		print_ipv4_number(text, mask);
	else
		text_add(text, "%d", __builtin_popcountll(mask));
}

static void print_ipv6_number(struct text *text, struct flow_value address)
{
	char string[INET6_ADDRSTRLEN];
	struct in6_addr octets;

	for (int i = 0; i < 8; i++) {
		octets.s6_addr[i] = (uint8_t)(address.hi >> (56 - 8 * i));
		octets.s6_addr[8 + i] = (uint8_t)(address.lo >> (56 - 8 * i));
	}
	text_add(text, "%s", inet_ntop(AF_INET6, &octets, string, sizeof(string)));
}

static void print_ipv6(struct text *text, struct flow_value address, struct flow_value mask)
{
	unsigned ones = (unsigned)(__builtin_popcountll(mask.hi) + __builtin_popcountll(mask.lo));

	print_ipv6_number(text, address);
	if (ones == 128)
		return;
	text_add(text, "/");
	if (equal(mask, ipv6_prefix_mask(ones)))
		text_add(text, "%u", ones);
	else
		print_ipv6_number(text, mask);
}

const char *flow_frag_name(uint64_t value, uint64_t mask)
{
	for (size_t i = 0; i < FRAGS; i++)
		if (frags[i].value == value && frags[i].mask == mask)
			return frags[i].name;
	return NULL;
}

static void print_flags(struct text *text, uint64_t value, uint64_t mask, bool exact)
{
	const char *separator = "";

	if (exact && !value) {
		text_add(text, "0");
		return;
	}
	for (size_t i = 0; i < TCP_FLAGS; i++) {
		bool set = value >> i & 1;

		if (exact && set) {
			text_add(text, "%s%s", separator, tcp_flags[i]);
			separator = "|";
		} else if (!exact && (mask >> i & 1)) {
			text_add(text, "%c%s", set ? '+' : '-', tcp_flags[i]);
		}
	}
}

/* A number with a mask is written in hexadecimal whatever it is without one. */
static void print_integer(const struct flow_field *field, struct text *text, uint64_t value,
			  uint64_t mask, bool exact)
{
	if (exact && field->format == FLOW_DECIMAL)
		text_add(text, "%" PRIu64, value);
	else if (exact)
		text_add(text, "%#" PRIx64, value);
	else if (field->format == FLOW_DECIMAL)
		text_add(text, "0x%" PRIx64 "/0x%" PRIx64, value, mask);
	else
		text_add(text, "%#" PRIx64 "/%#" PRIx64, value, mask);
}

void flow_field_print(const struct flow_field *field, struct text *text,
		      const struct flow_ports *ports, struct flow_value value,
		      struct flow_value mask)
{
	bool exact = equal(mask, flow_field_ones(field));

	switch (field->format) {
	case FLOW_PORT:
		flow_port_print(text, ports, (uint16_t)value.lo);
		return;
	case FLOW_MAC:
		print_mac(text, value.lo);
		if (!exact) {
			text_add(text, "/");
			print_mac(text, mask.lo);
		}
		return;
	case FLOW_IPV4:
		print_ipv4(text, value.lo, mask.lo);
		return;
	case FLOW_IPV6:
		print_ipv6(text, value, mask);
		return;
	case FLOW_FRAG:
		text_add(text, "%s", flow_frag_name(value.lo, mask.lo));
		return;
	case FLOW_TCP_FLAGS:
		print_flags(text, value.lo, mask.lo, exact);
		return;
	default:
		print_integer(field, text, value.lo, mask.lo, exact);
	}
}
