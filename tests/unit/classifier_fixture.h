/* SPDX-License-Identifier: BSD-2-Clause */
/* A classifier with plain memory, for its tests. */
#ifndef XVS_TEST_CLASSIFIER_FIXTURE_H
#define XVS_TEST_CLASSIFIER_FIXTURE_H

#include "flow_lookup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/classifier.h"

struct fixture {
	struct classifier *classifier;
	struct flow_memory_view view;
	struct error error;
};

static inline union xvs_flow_line *make_lines(uint32_t lines)
{
	union xvs_flow_line *line =
		aligned_alloc(sizeof(union xvs_flow_line), lines * sizeof(union xvs_flow_line));

	assert_non_null(line);
	return memset(line, 0, lines * sizeof(*line));
}

static inline void set_up(struct fixture *f, uint32_t lines)
{
	*f = (struct fixture){.view = {.line = make_lines(lines), .lines = lines}};
	f->classifier = classifier_new((union xvs_flow_line *)f->view.line, lines);
	assert_non_null(f->classifier);
}

static inline void tear_down(struct fixture *f)
{
	classifier_free(f->classifier);
	free((void *)f->view.line);
}

/* Into a memory of another size; the old one is kept where `old` says so. */
static inline int move(struct fixture *f, uint32_t lines, const union xvs_flow_line **old)
{
	union xvs_flow_line *to = make_lines(lines);
	int rc = classifier_move(f->classifier, to, lines);

	if (rc < 0) {
		free(to);
		return rc;
	}
	if (old)
		*old = f->view.line;
	else
		free((void *)f->view.line);
	f->view.line = to;
	f->view.lines = lines;
	return 0;
}

/* Whatever it takes. */
static inline void commit(struct fixture *f)
{
	uint32_t needed;
	int rc = classifier_commit(f->classifier, &needed);

	if (rc == -ENOSPC)
		rc = move(f, needed, NULL);
	assert_int_equal(rc, 0);
}

#endif
