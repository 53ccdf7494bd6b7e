# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of a running switch are made of; tests/conftest.py tells how to run them."""
