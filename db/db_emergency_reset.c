/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/store.h"

/* What ovs-vsctl(8) says of emer-reset. Of a bridge's other_config only hwaddr stays. */
static const char *const resets[] = {
	"UPDATE Open_vSwitch SET manager_options = '[\"set\",[]]', ssl = '[\"set\",[]]'",
	"UPDATE Bridge SET controller = '[\"set\",[]]', fail_mode = '[\"set\",[]]',"
	" mirrors = '[\"set\",[]]', netflow = '[\"set\",[]]', sflow = '[\"set\",[]]',"
	" ipfix = '[\"set\",[]]', flood_vlans = '[\"set\",[]]', other_config = coalesce("
	"(SELECT json_array('map', json_array(json(pair.value)))"
	" FROM json_each(other_config, '$[1]') AS pair"
	" WHERE json_extract(pair.value, '$[0]') = 'hwaddr'), '[\"map\",[]]')",
	"UPDATE Port SET other_config = '[\"map\",[]]'",
	"UPDATE Interface SET ingress_policing_rate = 0, ingress_policing_burst = 0",
	"DELETE FROM Flow_Sample_Collector_Set",
};

int db_emergency_reset(struct db *db, struct error *error)
{
	int result = 0;

	for (size_t i = 0; i < sizeof(resets) / sizeof(*resets) && result == 0; i++)
		result = store_write(db, error, resets[i], "");
	return result;
}
