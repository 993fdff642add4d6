/* evidence -- the wordings that consents are given to, kept once. */
#include "services/signup/definitions/evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/definitions/campaigns.h"
#include "services/signup/keep/store.h"
#include "services/signup/people/rules.h"

#define CONSENTS_MAX 8
#define NUMBER_SIZE 16

struct evidence {
    struct campaign *campaign;
    size_t count;
    Signup__Evidence *list[SU_EVIDENCE_MAX];
};

struct evidence *
evidence_new(struct campaign *campaign)
{
    struct evidence *evidence = mem_new(sizeof(*evidence));
    evidence->campaign = campaign;
    return evidence;
}

void
evidence_free(struct evidence **evidence)
{
    if (*evidence == NULL) {
        return;
    }
    for (size_t i = 0; i < (*evidence)->count; i++) {
        wire_free((*evidence)->list[i]);
    }
    free(*evidence);
    *evidence = NULL;
}

const char *
evidence_check(const Signup__Consent *consent)
{
    if (rules_channel_index(consent->channel) < 0) {
        return "a consent is for sms or for email";
    }
    if (consent->purpose != WORDS__CLASS__CLASS_CAMPAIGN) {
        return "a consent is for the purpose campaign";
    }
    if (consent->wording[0] == '\0' ||
        strlen(consent->wording) > EVIDENCE_WORDING_BYTES_MAX) {
        return "a consent needs its wording, of at most 1,000 bytes";
    }
    if (strlen(consent->version) > EVIDENCE_WORD_BYTES_MAX ||
        strlen(consent->source) > EVIDENCE_WORD_BYTES_MAX) {
        return "a consent's version and source have at most 40 bytes";
    }
    return consent->at_ms > 0 ? NULL : "a consent needs its time";
}

static bool
is_same(const Signup__Evidence *evidence, const Signup__Consent *consent)
{
    return evidence->channel == consent->channel &&
           evidence->purpose == consent->purpose &&
           strcmp(evidence->wording, consent->wording) == 0 &&
           strcmp(evidence->version, consent->version) == 0 &&
           strcmp(evidence->source, consent->source) == 0;
}

bool
evidence_find(const struct evidence *evidence, const Signup__Consent *consent,
              uint32_t *out)
{
    for (size_t i = 0; i < evidence->count; i++) {
        if (is_same(evidence->list[i], consent)) {
            *out = (uint32_t)i * 2 +
                   (uint32_t)rules_channel_index(consent->channel);
            return true;
        }
    }
    return false;
}

const Signup__Evidence *
evidence_get(const struct evidence *evidence, uint32_t number)
{
    size_t i = number / 2;
    return i < evidence->count ? evidence->list[i] : NULL;
}

/* ---- numbering ---- */

struct numbering {
    struct evidence *evidence;
    size_t first; /* index of the first that the reply lists */
    evidence_cb *cb;
    void *arg;
};

/* Another reply may have brought some of them already. */
static bool
take_list(struct evidence *evidence, size_t first,
          const struct store_reply *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (first + i < evidence->count) {
            continue;
        }
        Signup__Evidence *one =
            wire_unpack(&signup__evidence__descriptor, list->items[i].string,
                        list->items[i].len, BUS_BODY_BYTES_MAX);
        if (one == NULL || evidence->count == SU_EVIDENCE_MAX) {
            wire_free(one);
            log_error("evidence.unreadable",
                      log_str("campaign", evidence->campaign->id));
            return false;
        }
        evidence->list[evidence->count++] = one;
    }
    return true;
}

static void
on_numbered(void *arg, enum err err, const struct store_reply *reply)
{
    struct numbering *numbering = arg;
    const char *detail = err == ERR_LIMIT ? reply->string : NULL;
    if (err == ERR_NONE && reply->count != 2) {
        err = ERR_INTERNAL;
    }
    if (err == ERR_NONE &&
        !take_list(numbering->evidence, numbering->first, &reply->items[1])) {
        err = ERR_INTERNAL;
    }
    numbering->cb(numbering->arg, err, detail);
    free(numbering);
}

static void
pack_evidence(const Signup__Consent *consent, struct buf *to)
{
    Signup__Evidence evidence = SIGNUP__EVIDENCE__INIT;
    evidence.channel = (uint32_t)consent->channel;
    evidence.purpose = (uint32_t)consent->purpose;
    evidence.wording = consent->wording;
    evidence.version = consent->version;
    evidence.source = consent->source;
    wire_pack(&evidence, to);
}

void
evidence_number(struct evidence *evidence, Signup__Consent *const *consents,
                size_t count, evidence_cb *cb, void *arg)
{
    struct numbering *numbering = mem_new(sizeof(*numbering));
    *numbering = (struct numbering){evidence, evidence->count, cb, arg};
    char known[NUMBER_SIZE], max[NUMBER_SIZE];
    (void)snprintf(known, sizeof(known), "%zu", evidence->count);
    (void)snprintf(max, sizeof(max), "%u", SU_EVIDENCE_MAX);
    struct buf packed[CONSENTS_MAX];
    struct bytes args[EVIDENCE_ARG_WANTED + CONSENTS_MAX] = {
        [EVIDENCE_ARG_KNOWN] = bytes_of_string(known),
        [EVIDENCE_ARG_MAX] = bytes_of_string(max)};
    size_t n = count < CONSENTS_MAX ? count : CONSENTS_MAX;
    for (size_t i = 0; i < n; i++) {
        buf_init(&packed[i], 0);
        pack_evidence(consents[i], &packed[i]);
        args[EVIDENCE_ARG_WANTED + i] = bytes_of(packed[i].data, packed[i].len);
    }
    su_number_evidence(evidence->campaign->signup->su, evidence->campaign->id,
                       (struct su_args){args, EVIDENCE_ARG_WANTED + n},
                       on_numbered, numbering);
    for (size_t i = 0; i < n; i++) {
        buf_fini(&packed[i]);
    }
}
