/* code -- a ticket's code as a person gives it: typed, dictated, pasted, or
 * read by a scanner. Pure.
 *
 * Crockford's base 32, any case: O is 0, I and L are 1. Dashes, dots, commas
 * and blanks of every kind (pasted.h) are passed over, and the address of a
 * ticket's page (…/t/<code>) is its code. */
#ifndef COMMON_TEXT_CODE_H
#define COMMON_TEXT_CODE_H

#include <stdint.h>

#define CODE_TYPED_BYTES_MAX 255 /* with what stands round it */

/* The values, 0..31, of its characters. Returns how many; -1: it has others,
 * or more than max. */
int code_read_typed(const char *typed, uint8_t *values, int max);

#endif
