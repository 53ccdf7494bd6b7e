/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random transactions of structural operations, references, records that come and go, settled or
 * refused, committed or rolled back, beside a plain model of what the database should hold then.
 *
 * Bridges are b0, b1, ...; ports p0, p1, ... with an interface of the same name; each port may
 * refer to a QoS record, and each bridge to mirrors, which show a port weakly.
 */
#include "reference_fixture.h"

#include <stdlib.h>

#define BRIDGES      4
#define PORTS        8
#define MIRRORS      4
#define TRANSACTIONS 300
#define STEPS_MAX    6
#define NOBODY       (-1)

struct model {
	bool bridges[BRIDGES];
	int bridge_of[PORTS];   /* NOBODY: no such port */
	bool has_qos[PORTS];    /* refers to a record that is there */
	bool dangles[PORTS];    /* refers to a record that is not */
	int mirror_of[MIRRORS]; /* the bridge that refers to it; NOBODY: it is garbage */
	int mirrored[MIRRORS];  /* the port that it shows; NOBODY: none */
};

struct run {
	struct fixture *f;
	struct model now, committed;
	struct id mirrors[MIRRORS];
	unsigned random;
};

static unsigned pick(struct run *run, unsigned n)
{
	run->random = run->random * 1103515245 + 12345;
	return (run->random >> 16) % n;
}

static const char *name_of(char kind, int number)
{
	static char names[2][PORTS][4];
	char *name = names[kind == 'p'][number];

	snprintf(name, sizeof(names[0][0]), "%c%c", kind, '0' + number);
	return name;
}

static void forget_port(struct model *model, int port)
{
	model->bridge_of[port] = NOBODY;
	model->has_qos[port] = model->dangles[port] = false;
	for (int i = 0; i < MIRRORS; i++)
		if (model->mirrored[i] == port)
			model->mirrored[i] = NOBODY;
}

static void forget_bridge(struct model *model, int bridge)
{
	model->bridges[bridge] = false;
	for (int i = 0; i < PORTS; i++)
		if (model->bridge_of[i] == bridge)
			forget_port(model, i);
	for (int i = 0; i < MIRRORS; i++)
		if (model->mirror_of[i] == bridge)
			model->mirror_of[i] = NOBODY;
}

static void toggle_bridge(struct run *run)
{
	int bridge = (int)pick(run, BRIDGES);
	const char *name = name_of('b', bridge);

	if (!run->now.bridges[bridge]) {
		assert_int_equal(db_bridge_add(run->f->db, name, &run->f->error), 0);
		run->now.bridges[bridge] = true;
		return;
	}
	assert_int_equal(db_bridge_add(run->f->db, name, &run->f->error), -EEXIST);
	assert_int_equal(db_bridge_del(run->f->db, name, &run->f->error), 0);
	forget_bridge(&run->now, bridge);
}

static void toggle_port(struct run *run)
{
	int port = (int)pick(run, PORTS), bridge = (int)pick(run, BRIDGES);
	const char *name = name_of('p', port), *on = name_of('b', bridge);
	int result;

	if (run->now.bridge_of[port] != NOBODY) {
		assert_int_equal(db_port_del(run->f->db, name, &run->f->error), 0);
		forget_port(&run->now, port);
		return;
	}
	result = db_port_add(run->f->db, on, name, 0, &run->f->error);
	assert_int_equal(result, run->now.bridges[bridge] ? 0 : -ENOENT);
	if (result == 0)
		run->now.bridge_of[port] = bridge;
}

/* The ports of a bridge in the model, and its local one, as references. */
static int write_ports(struct run *run, int bridge)
{
	struct id ids[PORTS + 1];
	size_t n = 0;

	ids[n++] = id_of(run->f, "Port", name_of('b', bridge));
	for (int i = 0; i < PORTS; i++)
		if (run->now.bridge_of[i] == bridge)
			ids[n++] = id_of(run->f, "Port", name_of('p', i));
	return refer(run->f, "Bridge", name_of('b', bridge), "ports", n, ids);
}

/* From the bridge that it is on to another one, by writing both sets of ports. */
static void move_port(struct run *run)
{
	int port = (int)pick(run, PORTS), to = (int)pick(run, BRIDGES);
	int from = run->now.bridge_of[port];

	if (from == NOBODY || from == to || !run->now.bridges[to])
		return;
	run->now.bridge_of[port] = NOBODY;
	assert_int_equal(write_ports(run, from), 0);
	run->now.bridge_of[port] = to;
	assert_int_equal(write_ports(run, to), 0);
}

/* A port by records, some made before they are named, and others after. */
static void create_port(struct run *run)
{
	int port = (int)pick(run, PORTS), bridge = (int)pick(run, BRIDGES);
	struct id id = new_id(), interface = new_id(), local, ids[PORTS + 2];
	const char *name = name_of('p', port);
	bool early = pick(run, 2);
	size_t n = 0;

	if (run->now.bridge_of[port] != NOBODY || !run->now.bridges[bridge])
		return;
	if (early)
		assert_int_equal(create_as(run->f, "Interface", interface, name), 0);
	local = id_of(run->f, "Port", name_of('b', bridge));
	ids[n++] = local;
	ids[n++] = id;
	for (int i = 0; i < PORTS; i++)
		if (run->now.bridge_of[i] == bridge)
			ids[n++] = id_of(run->f, "Port", name_of('p', i));
	assert_int_equal(refer(run->f, "Bridge", name_of('b', bridge), "ports", n, ids), 0);
	assert_int_equal(create_as(run->f, "Port", id, name), 0);
	assert_int_equal(REFER(run->f, "Port", name, "interfaces", interface), 0);
	if (!early)
		assert_int_equal(create_as(run->f, "Interface", interface, name), 0);
	run->now.bridge_of[port] = bridge;
}

/* A port leaves its bridge, and no other one takes it: it is garbage. */
static void release_port(struct run *run)
{
	int port = (int)pick(run, PORTS), from = run->now.bridge_of[port];

	if (from == NOBODY)
		return;
	forget_port(&run->now, port);
	assert_int_equal(write_ports(run, from), 0);
}

static void refer_to_qos(struct run *run)
{
	int port = (int)pick(run, PORTS);
	bool made = pick(run, 8);
	struct id qos = new_id();

	if (run->now.bridge_of[port] == NOBODY)
		return;
	if (made)
		assert_int_equal(create_as(run->f, "QoS", qos, NULL), 0);
	assert_int_equal(REFER(run->f, "Port", name_of('p', port), "qos", qos), 0);
	run->now.has_qos[port] = made;
	run->now.dangles[port] = !made;
}

static void make_mirror(struct run *run)
{
	int mirror = (int)pick(run, MIRRORS), bridge = (int)pick(run, BRIDGES);
	int port = (int)pick(run, PORTS);
	struct id ids[MIRRORS];
	size_t n = 0;

	if (run->now.mirror_of[mirror] != NOBODY || !run->now.bridges[bridge] ||
	    run->now.bridge_of[port] == NOBODY)
		return;
	run->mirrors[mirror] = create(run->f, "Mirror", NULL);
	assert_int_equal(REFER(run->f, "Mirror", run->mirrors[mirror].uuid, "output_port",
			       id_of(run->f, "Port", name_of('p', port))),
			 0);
	run->now.mirror_of[mirror] = bridge;
	run->now.mirrored[mirror] = port;
	for (int i = 0; i < MIRRORS; i++)
		if (run->now.mirror_of[i] == bridge)
			ids[n++] = run->mirrors[i];
	assert_int_equal(refer(run->f, "Bridge", name_of('b', bridge), "mirrors", n, ids), 0);
}

typedef void step_fn(struct run *run);

static step_fn *const steps[] = {
	toggle_bridge, toggle_port, toggle_port,  move_port,   move_port,
	create_port,   create_port, release_port, make_mirror, refer_to_qos,
};

static int count_row(const char *uuid, json_t *const *values, void *arg)
{
	(void)uuid;
	(void)values;
	++*(int *)arg;
	return 0;
}

static int count(struct run *run, const char *table_name)
{
	int rows = 0;

	assert_int_equal(db_select(run->f->db, table(table_name), NULL, NULL, 0, count_row, &rows,
				   &run->f->error),
			 0);
	return rows;
}

/* The local port comes first, each has a number of its own, and is where the model has it. */
static int check_bridge(const struct run *run, const struct db_bridge *bridge)
{
	const int number = atoi(bridge->name + 1);
	bool taken[PORTS + 1] = {};
	int ports = 0;

	assert_true(run->now.bridges[number]);
	assert_string_equal(bridge->ports->name, bridge->name);
	assert_true(bridge->ports->local);
	assert_int_equal(bridge->ports->ofport, 65534);
	for (const struct db_port *port = bridge->ports->next; port; port = port->next) {
		assert_false(port->local);
		assert_int_equal(run->now.bridge_of[atoi(port->name + 1)], number);
		assert_in_range(port->ofport, 1, PORTS);
		assert_false(taken[port->ofport]);
		taken[port->ofport] = true;
		ports++;
	}
	return ports;
}

static void check_structure(struct run *run)
{
	int bridges = 0, ports = 0, expected_bridges = 0, expected_ports = 0;
	struct db_config *config = load(run->f);

	for (const struct db_bridge *bridge = config->bridges; bridge; bridge = bridge->next) {
		ports += check_bridge(run, bridge);
		bridges++;
	}
	db_config_free(config);
	for (int i = 0; i < BRIDGES; i++)
		expected_bridges += run->now.bridges[i];
	for (int i = 0; i < PORTS; i++)
		expected_ports += run->now.bridge_of[i] != NOBODY;
	assert_int_equal(bridges, expected_bridges);
	assert_int_equal(ports, expected_ports);
	assert_int_equal(count(run, "Bridge"), bridges);
	assert_int_equal(count(run, "Port"), bridges + ports);
	assert_int_equal(count(run, "Interface"), bridges + ports);
}

static void check_references(struct run *run)
{
	int mirrors = 0;

	for (int i = 0; i < PORTS; i++)
		if (run->now.bridge_of[i] != NOBODY)
			assert_int_equal(strlen(get(run->f, "Port", name_of('p', i), "qos")) > 2,
					 run->now.has_qos[i]);
	for (int i = 0; i < MIRRORS; i++) {
		const char *output = "[]";

		if (run->now.mirror_of[i] == NOBODY)
			continue;
		mirrors++;
		if (run->now.mirrored[i] != NOBODY)
			output = uuid_of(run->f, "Port", name_of('p', run->now.mirrored[i]));
		assert_string_equal(get(run->f, "Mirror", run->mirrors[i].uuid, "output_port"),
				    output);
	}
	assert_int_equal(count(run, "Mirror"), mirrors);
}

static bool is_sound(const struct model *model)
{
	for (int i = 0; i < PORTS; i++)
		if (model->dangles[i])
			return false;
	return true;
}

/* Settled if nothing dangles; then one of two comes to stay. */
static void end_transaction(struct run *run)
{
	bool sound = is_sound(&run->now);

	assert_int_equal(db_settle(run->f->db, &run->f->error), sound ? 0 : -EINVAL);
	if (sound) {
		check_structure(run);
		check_references(run);
	}
	if (sound && pick(run, 3)) {
		assert_int_equal(db_commit(run->f->db, &run->f->error), 0);
		run->committed = run->now;
	} else {
		db_rollback(run->f->db);
		run->now = run->committed;
	}
	assert_int_equal(db_begin(run->f->db, &run->f->error), 0);
	check_structure(run);
	check_references(run);
}

static void random_transactions(void **state)
{
	struct run run = {.f = *state, .random = 1};

	for (int i = 0; i < PORTS; i++)
		run.now.bridge_of[i] = NOBODY;
	for (int i = 0; i < MIRRORS; i++)
		run.now.mirror_of[i] = run.now.mirrored[i] = NOBODY;
	run.committed = run.now;
	for (int i = 0; i < TRANSACTIONS; i++) {
		for (unsigned n = 1 + pick(&run, STEPS_MAX); n; n--)
			steps[pick(&run, sizeof(steps) / sizeof(*steps))](&run);
		end_transaction(&run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(random_transactions)};

	return cmocka_run_group_tests_name("db_random", tests, NULL, NULL);
}
