/* evidence -- the wordings that consents are given to, kept once.
 *
 * A consent's wording, version, source, channel and purpose are the same for
 * thousands of people: kept in one list of the campaign, named by index in
 * each record. Indexes are for ever, so a cached one is always right. */
#ifndef SIGNUP_DEFINITIONS_EVIDENCE_H
#define SIGNUP_DEFINITIONS_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/base.h"
#include "signup.pb-c.h"
#include "signup_record.pb-c.h"

struct campaign;
struct evidence;

#define EVIDENCE_WORDING_BYTES_MAX 1000
#define EVIDENCE_WORD_BYTES_MAX 40 /* version, source */

struct evidence *evidence_new(struct campaign *campaign); /* borrowed */
void evidence_free(struct evidence **evidence);

/* NULL: fine; else a sentence that says what is wrong. */
const char *evidence_check(const Signup__Consent *consent);
/* False: not in the cache. *out: as record_given.evidence. */
bool evidence_find(const struct evidence *evidence,
                   const Signup__Consent *consent, uint32_t *out);
/* NULL: not in the cache. number: as record_given.evidence. */
const Signup__Evidence *evidence_get(const struct evidence *evidence,
                                     uint32_t number);

typedef void evidence_cb(void *arg, enum err err, const char *detail);
/* Numbers those consents (at most 8; 0: none) that have no number, and reads
 * all numbers there are into the cache. Exactly one call of cb, always
 * later, also on failure and shutdown. */
void evidence_number(struct evidence *evidence,
                     Signup__Consent *const *consents, size_t count,
                     evidence_cb *cb, void *arg);

#endif
