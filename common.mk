# SPDX-License-Identifier: BSD-2-Clause
# What every folder's Makefile.am includes.
AM_CPPFLAGS = -I$(top_srcdir) -I$(top_builddir) -include config.h -D_GNU_SOURCE
AM_CFLAGS = -std=gnu11 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	$(WERROR_CFLAGS) $(SANITIZE_CFLAGS)
AM_LDFLAGS = $(SANITIZE_CFLAGS)
