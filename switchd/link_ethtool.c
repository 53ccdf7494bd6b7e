// SPDX-License-Identifier: BSD-2-Clause
/* What a device's driver tells of itself and of its link, by ethtool's ioctl. */
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include "switchd/link_table.h"

#define MASK_WORDS 64 /* of each of the three sets of link modes; the kernel had 4 in 2023 */
#define MEGABIT    1000000ULL

static bool ask(struct link_table *table, const struct link *link, void *question)
{
	struct ifreq request = {.ifr_data = question};

	memcpy(request.ifr_name, link->name, sizeof(link->name));
	return ioctl(table->ethtool_fd, SIOCETHTOOL, &request) == 0;
}

bool link_driver_read(struct link_table *table, const struct link *link, struct link_driver *driver)
{
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};

	if (!ask(table, link, &info))
		return false;
	snprintf(driver->name, sizeof(driver->name), "%.*s", (int)sizeof(info.driver), info.driver);
	snprintf(driver->version, sizeof(driver->version), "%.*s", (int)sizeof(info.version),
		 info.version);
	snprintf(driver->firmware, sizeof(driver->firmware), "%.*s", (int)sizeof(info.fw_version),
		 info.fw_version);
	return true;
}

/* The kernel answers the first question with how many words its sets of link modes have, as a
 * negative number, and the second one in full. */
bool link_settings_read(struct link_table *table, const struct link *link,
			struct link_settings *settings)
{
	union {
		struct ethtool_link_settings head;
		uint32_t words[sizeof(struct ethtool_link_settings) / 4 + 3 * MASK_WORDS];
	} answer = {.head.cmd = ETHTOOL_GLINKSETTINGS};
	int words;

	if (!ask(table, link, &answer))
		return false;
	words = -answer.head.link_mode_masks_nwords;
	if (words <= 0 || words > MASK_WORDS)
		return false;
	memset(&answer, 0, sizeof(answer));
	answer.head.cmd = ETHTOOL_GLINKSETTINGS;
	answer.head.link_mode_masks_nwords = (int8_t)words;
	if (!ask(table, link, &answer))
		return false;
	settings->speed =
		answer.head.speed == (uint32_t)SPEED_UNKNOWN ? 0 : answer.head.speed * MEGABIT;
	settings->duplex = answer.head.duplex == DUPLEX_FULL   ? LINK_FULL_DUPLEX
			   : answer.head.duplex == DUPLEX_HALF ? LINK_HALF_DUPLEX
							       : LINK_UNKNOWN_DUPLEX;
	return true;
}
