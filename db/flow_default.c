/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/flow_default.h"

#include "db/boot.h"

/* Bridge:fail_mode, as it is stored. */
#define IS_SECURE "fail_mode = '\"secure\"'"

/* For the bridges that meet a condition; its first parameters are the time and the boot. */
#define INSERT                                                                                     \
	"INSERT INTO Flow (bridge, table_id, priority, match, actions, cookie, idle_timeout,"      \
	" hard_timeout, importance, flags, is_default, created_us, modified_us, boot)"             \
	" SELECT _id, 0, 0, '', 'NORMAL', 0, 0, 0, 0, 0, 1, ?1, ?1, ?2 FROM Bridge WHERE "

int flow_default_add(struct db *db, int64_t bridge, struct error *error)
{
	char boot[BOOT_ID_LEN + 1];

	boot_id(boot);
	return store_write(db, error, INSERT "_id = ?", "isi", (int64_t)(boot_ns() / 1000), boot,
			   bridge);
}

static int remove_from_secure(struct db *db, struct error *error)
{
	return store_write(db, error,
			   "DELETE FROM Flow WHERE table_id = 0 AND priority = 0 AND match = ''"
			   " AND is_default AND bridge IN"
			   " (SELECT _id FROM Bridge WHERE " IS_SECURE ")",
			   "");
}

static int give_back(struct db *db, struct error *error)
{
	char boot[BOOT_ID_LEN + 1];

	boot_id(boot);
	return store_write(db, error,
			   INSERT "_secure AND NOT " IS_SECURE " AND NOT EXISTS"
				  " (SELECT 1 FROM Flow WHERE bridge = Bridge._id)",
			   "is", (int64_t)(boot_ns() / 1000), boot);
}

int db_flow_default_is_gone(struct db *db, const char *bridge, struct error *error)
{
	int64_t one;

	return connection_integer(&db->file, &one, error,
				  "SELECT 1 FROM Bridge WHERE name = ? AND NOT " IS_SECURE
				  " AND NOT EXISTS (SELECT 1 FROM Flow WHERE bridge = Bridge._id"
				  "  AND table_id = 0 AND priority = 0 AND match = '')",
				  "s", bridge);
}

int flow_default_settle(struct db *db, struct error *error)
{
	int result = remove_from_secure(db, error);

	if (result == 0)
		result = give_back(db, error);
	return result ? result : flow_default_settled(db, error);
}

int flow_default_settled(struct db *db, struct error *error)
{
	return store_write(db, error,
			   "UPDATE Bridge SET _secure = NOT _secure"
			   " WHERE _secure <> (" IS_SECURE ")",
			   "");
}
