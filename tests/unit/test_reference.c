/* SPDX-License-Identifier: BSD-2-Clause */
/* References between records: which must lead somewhere, which keep a record, and which do not. */
#include "reference_fixture.h"

static void add_ports(struct fixture *f)
{
	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", 0, &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p2", 0, &f->error), 0);
}

/* Settling is refused for a reference from `column` of a record to a row that is not there. */
static void expect_dangling(struct fixture *f, const char *table_name, const char *column_name,
			    struct id target, const char *target_table)
{
	char sentence[512];

	assert_int_equal(settle(f), -EINVAL);
	snprintf(sentence, sizeof(sentence), "Table %s column %s row ", table_name, column_name);
	assert_non_null(strstr(f->error.text, sentence));
	snprintf(sentence, sizeof(sentence), "references nonexistent row %s in table %s.",
		 target.uuid, target_table);
	assert_non_null(strstr(f->error.text, sentence));
}

/* Settling is refused for one reference to a row that was destroyed. */
static void expect_needed(struct fixture *f, struct id target, const char *target_table)
{
	char sentence[512];

	assert_int_equal(settle(f), -EINVAL);
	snprintf(sentence, sizeof(sentence),
		 "cannot delete %s row %s because of 1 remaining reference(s)", target_table,
		 target.uuid);
	assert_non_null(strstr(f->error.text, sentence));
}

static void strong_ones_lead_somewhere(void **state)
{
	struct fixture *f = *state;
	struct id qos = new_id(), queue = new_id();
	char word[64];

	add_ports(f);
	assert_int_equal(REFER(f, "Port", "p1", "qos", qos), 0);
	expect_dangling(f, "Port", "qos", qos, "QoS");
	assert_int_equal(create_as(f, "QoS", qos, NULL), 0);
	assert_int_equal(settle(f), 0);

	snprintf(word, sizeof(word), "7=%s", queue.uuid);
	assert_int_equal(set(f, "QoS", qos.uuid, "queues", word), 0);
	expect_dangling(f, "QoS", "queues", queue, "Queue");
	assert_int_equal(create_as(f, "Queue", queue, NULL), 0);
	assert_int_equal(settle(f), 0);
	assert_int_equal(destroy(f, "Queue", queue), 0);
	expect_needed(f, queue, "Queue");
	assert_int_equal(set(f, "QoS", qos.uuid, "queues", "{}"), 0);
	assert_int_equal(settle(f), 0);
	assert_int_equal(destroy(f, "QoS", qos), 0);
	expect_needed(f, qos, "QoS");
	assert_int_equal(set(f, "Port", "p1", "qos", "[]"), 0);
	assert_int_equal(settle(f), 0);
}

static void weak_ones_are_forgotten(void **state)
{
	struct fixture *f = *state;
	struct id mirror = create(f, "Mirror", NULL), p1, p2;
	char expected[64];

	add_ports(f);
	p1 = id_of(f, "Port", "p1");
	p2 = id_of(f, "Port", "p2");
	assert_int_equal(REFER(f, "Bridge", "br0", "mirrors", mirror), 0);
	assert_int_equal(REFER(f, "Mirror", mirror.uuid, "select_dst_port", p1, p2, new_id()), 0);
	assert_int_equal(REFER(f, "Mirror", mirror.uuid, "select_src_port", p1), 0);
	assert_int_equal(REFER(f, "Mirror", mirror.uuid, "output_port", p1), 0);
	assert_int_equal(db_port_del(f->db, "p1", &f->error), 0);
	assert_int_equal(settle(f), 0);
	snprintf(expected, sizeof(expected), "[%s]", p2.uuid);
	assert_string_equal(get(f, "Mirror", mirror.uuid, "select_dst_port"), expected);
	assert_string_equal(get(f, "Mirror", mirror.uuid, "select_src_port"), "[]");
	assert_string_equal(get(f, "Mirror", mirror.uuid, "output_port"), "[]");
}

/* Weak references keep nothing; what is referred to strongly stays, whatever the form. */
static void what_is_not_referred_to_goes(void **state)
{
	struct fixture *f = *state;
	struct id mirror = create(f, "Mirror", NULL), other = create(f, "Mirror", NULL),
		  netflow = create(f, "NetFlow", NULL), flow_table = create(f, "Flow_Table", NULL),
		  controller = create(f, "Controller", NULL);
	char word[64];

	add_ports(f);
	assert_int_equal(REFER(f, "Bridge", "br0", "mirrors", mirror, other), 0);
	assert_int_equal(REFER(f, "Bridge", "br0", "netflow", netflow), 0);
	snprintf(word, sizeof(word), "3=%s", flow_table.uuid);
	assert_int_equal(set(f, "Bridge", "br0", "flow_tables", word), 0);
	assert_int_equal(settle(f), 0);
	assert_true(exists(f, "Mirror", mirror.uuid) && exists(f, "Mirror", other.uuid));
	assert_true(exists(f, "NetFlow", netflow.uuid));
	assert_true(exists(f, "Flow_Table", flow_table.uuid));
	assert_false(exists(f, "Controller", controller.uuid));

	assert_int_equal(REFER(f, "Bridge", "br0", "mirrors", other), 0);
	assert_int_equal(set(f, "Bridge", "br0", "flow_tables", "{}"), 0);
	assert_int_equal(settle(f), 0);
	assert_false(exists(f, "Mirror", mirror.uuid));
	assert_true(exists(f, "Mirror", other.uuid));
	assert_false(exists(f, "Flow_Table", flow_table.uuid));
	assert_int_equal(db_bridge_del(f->db, "br0", &f->error), 0);
	assert_int_equal(settle(f), 0);
	assert_false(exists(f, "Mirror", other.uuid));
	assert_false(exists(f, "NetFlow", netflow.uuid));
}

/* Open_vSwitch > Datapath > CT_Zone > CT_Timeout_Policy: what garbage refers to is garbage. */
static void chains_of_references_go(void **state)
{
	struct fixture *f = *state;
	struct id policy = create(f, "CT_Timeout_Policy", NULL), zone = create(f, "CT_Zone", NULL),
		  datapath = create(f, "Datapath", NULL);
	char word[64];

	assert_int_equal(REFER(f, "CT_Zone", zone.uuid, "timeout_policy", policy), 0);
	snprintf(word, sizeof(word), "5=%s", zone.uuid);
	assert_int_equal(set(f, "Datapath", datapath.uuid, "ct_zones", word), 0);
	snprintf(word, sizeof(word), "system=%s", datapath.uuid);
	assert_int_equal(set(f, "Open_vSwitch", ".", "datapaths", word), 0);
	assert_int_equal(settle(f), 0);
	assert_true(exists(f, "CT_Timeout_Policy", policy.uuid));
	assert_true(exists(f, "CT_Zone", zone.uuid) && exists(f, "Datapath", datapath.uuid));
	reopen(f);
	assert_int_equal(set(f, "Open_vSwitch", ".", "datapaths", "{}"), 0);
	assert_int_equal(settle(f), 0);
	assert_false(exists(f, "CT_Timeout_Policy", policy.uuid));
	assert_false(exists(f, "CT_Zone", zone.uuid) || exists(f, "Datapath", datapath.uuid));
}

static void root_tables_stay(void **state)
{
	struct fixture *f = *state;
	struct id qos = create(f, "QoS", NULL), queue = create(f, "Queue", NULL);

	assert_int_equal(settle(f), 0);
	reopen(f);
	assert_true(exists(f, "QoS", qos.uuid) && exists(f, "Queue", queue.uuid));
	assert_refused(create_as(f, "Open_vSwitch", new_id(), NULL), -EPERM,
		       "table Open_vSwitch has one record, always");
	assert_int_equal(create_as(f, "Static_MAC", new_id(), NULL), -EPERM);
}

static void emergency_reset_leaves_ports(void **state)
{
	struct fixture *f = *state;
	struct id mirror = create(f, "Mirror", NULL), manager = create(f, "Manager", NULL),
		  ssl = create(f, "SSL", NULL), set_ = create(f, "Flow_Sample_Collector_Set", NULL);

	add_ports(f);
	assert_int_equal(REFER(f, "Flow_Sample_Collector_Set", set_.uuid, "bridge",
			       id_of(f, "Bridge", "br0")),
			 0);
	assert_int_equal(REFER(f, "Bridge", "br0", "mirrors", mirror), 0);
	assert_int_equal(REFER(f, "Open_vSwitch", ".", "manager_options", manager), 0);
	assert_int_equal(REFER(f, "Open_vSwitch", ".", "ssl", ssl), 0);
	assert_int_equal(set(f, "Manager", manager.uuid, "target", "\"ptcp:1\""), 0);
	assert_int_equal(set(f, "Bridge", "br0", "other_config",
			     "forward-bpdu=true,hwaddr=\"02:00:00:00:00:01\",x=y"),
			 0);
	assert_int_equal(set(f, "Bridge", "br0", "fail_mode", "secure"), 0);
	assert_int_equal(set(f, "Bridge", "br0", "flood_vlans", "5"), 0);
	assert_int_equal(set(f, "Bridge", "br0", "external_ids", "a=b"), 0);
	assert_int_equal(set(f, "Port", "p1", "other_config", "priority-tags=always"), 0);
	assert_int_equal(set(f, "Port", "p1", "tag", "10"), 0);
	assert_int_equal(set(f, "Interface", "p1", "ingress_policing_rate", "1000"), 0);
	assert_int_equal(set(f, "Interface", "p1", "ingress_policing_burst", "100"), 0);
	assert_int_equal(settle(f), 0);
	assert_int_equal(db_emergency_reset(f->db, &f->error), 0);
	assert_int_equal(settle(f), 0);
	reopen(f);
	assert_string_equal(get(f, "Bridge", "br0", "other_config"),
			    "{hwaddr=\"02:00:00:00:00:01\"}");
	assert_string_equal(get(f, "Bridge", "br0", "fail_mode"), "[]");
	assert_string_equal(get(f, "Bridge", "br0", "flood_vlans"), "[]");
	assert_string_equal(get(f, "Bridge", "br0", "mirrors"), "[]");
	assert_string_equal(get(f, "Bridge", "br0", "external_ids"), "{a=b}");
	assert_string_equal(get(f, "Port", "p1", "other_config"), "{}");
	assert_string_equal(get(f, "Port", "p1", "tag"), "10");
	assert_string_equal(get(f, "Interface", "p1", "ingress_policing_rate"), "0");
	assert_string_equal(get(f, "Interface", "p1", "ingress_policing_burst"), "0");
	assert_false(exists(f, "Mirror", mirror.uuid) || exists(f, "Manager", manager.uuid));
	assert_false(exists(f, "SSL", ssl.uuid));
	assert_false(exists(f, "Flow_Sample_Collector_Set", set_.uuid));
	assert_int_equal(set(f, "Bridge", "br0", "other_config", "{}"), 0);
	assert_int_equal(db_emergency_reset(f->db, &f->error), 0);
	assert_string_equal(get(f, "Bridge", "br0", "other_config"), "{}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(strong_ones_lead_somewhere),
		TEST(weak_ones_are_forgotten),
		TEST(what_is_not_referred_to_goes),
		TEST(chains_of_references_go),
		TEST(root_tables_stay),
		TEST(emergency_reset_leaves_ports),
	};

	return cmocka_run_group_tests_name("reference", tests, NULL, NULL);
}
