/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "db/db_bridge.h"
#include "db/db_port.h"

#define MAC_TEXT 18
#define VLAN_MAX 4094 /* 4095 is reserved */

static void format_mac(const uint8_t mac[6], char text[MAC_TEXT])
{
	snprintf(text, MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
		 mac[4], mac[5]);
}

static int check_mac(const uint8_t mac[6], const char *text, struct error *error)
{
	static const uint8_t zero[6];

	if (mac[0] & 1)
		return error_set(error, -EINVAL,
				 "%s is a group address: a static entry is for one station", text);
	if (!memcmp(mac, zero, sizeof(zero)))
		return error_set(error, -EINVAL, "%s is not the address of a station", text);
	return 0;
}

int db_static_mac_add(struct db *db, const char *bridge, const char *port, uint16_t vlan,
		      const uint8_t mac[6], struct error *error)
{
	char text[MAC_TEXT], uuid[DB_UUID_LEN + 1];
	int64_t bridge_id, port_id;
	int result;

	format_mac(mac, text);
	result = check_mac(mac, text, error);
	if (result == 0 && vlan > VLAN_MAX)
		result = error_set(error, -EINVAL, "VLAN %u is not in the range 0 to %d", vlan,
				   VLAN_MAX);
	if (result == 0)
		result = bridge_find(db, bridge, &bridge_id, error);
	if (result == 0)
		result = port_find(db, bridge_id, bridge, port, &port_id, error);
	if (result)
		return result;
	db_uuid_make(uuid);
	return store_write(db, error,
			   "INSERT INTO Static_MAC (_uuid, bridge, port, vlan, mac)"
			   " VALUES (?, ?, ?, ?, ?) ON CONFLICT (bridge, vlan, mac)"
			   " DO UPDATE SET port = excluded.port WHERE port <> excluded.port",
			   "siiis", uuid, bridge_id, port_id, (int64_t)vlan, text);
}

int db_static_mac_del(struct db *db, const char *bridge, uint16_t vlan, const uint8_t mac[6],
		      struct error *error)
{
	char text[MAC_TEXT];
	int64_t id;
	int result = bridge_find(db, bridge, &id, error);

	if (result)
		return result;
	format_mac(mac, text);
	result = store_write(db, error,
			     "DELETE FROM Static_MAC WHERE bridge = ? AND vlan = ? AND mac = ?",
			     "iis", id, (int64_t)vlan, text);
	if (result == 0 && !store_written(db))
		return error_set(error, -ENOENT, "bridge %s has no static entry for %s in VLAN %u",
				 bridge, text, vlan);
	return result;
}
