/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/line_file.h"

#include <string.h>

#define WHITE " \t\r\v\f"

void line_file_open(struct line_file *file, const char *name, const char *text)
{
	*file = (struct line_file){.name = name, .rest = text};
}

void line_file_close(struct line_file *file)
{
	text_free(&file->line);
}

const char *line_file_next(struct line_file *file)
{
	while (*file->rest) {
		size_t length = strcspn(file->rest, "\n"), from = strspn(file->rest, WHITE);
		size_t to = strcspn(file->rest, "#\n");
		const char *line = file->rest;

		file->rest += length + (file->rest[length] == '\n');
		file->number++;
		while (to > from && strchr(WHITE, line[to - 1]))
			to--;
		if (to <= from)
			continue;
		text_clear(&file->line);
		text_add_octets(&file->line, line + from, to - from);
		return text_string(&file->line);
	}
	return NULL;
}

int line_file_blame(const struct line_file *file, int status, struct error *error)
{
	return error_prefix(error, status, "%s:%u: ", file->name, file->number);
}
