/* measure_flow -- SMS parts of one chunk of an audience, on the merged text.
 *
 *   the chunk's eligible -> lists of records, a few at a time -> counted
 *
 * A text with the same words for everyone is counted once. */
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/text/text.h"
#include "services/signup/audience/flows.h"
#include "services/signup/audience/walk.h"
#include "services/signup/keep/store.h"
#include "services/signup/people/address.h"
#include "services/signup/people/record.h"

#define FIELDS_MAX 32
#define OWN_FIELDS 2 /* name, first_name */
#define TEXT_BYTES_MAX 4000
#define LISTS_PER_READ 16
#define LISTS_PER_CHUNK (CHUNK_PEOPLE / SU_RECORDS_PER_LIST)
#define LIST_BIT_BYTES (SU_RECORDS_PER_LIST / 8)
#define EXAMPLES_MAX 3

struct measuring {
    struct asked *asked;
    struct campaign *campaign;
    struct rules_table table;
    struct match_result result;
    uint8_t bits[CHUNK_BIT_BYTES]; /* eligible */
    uint32_t list;                 /* the next to read, in the chunk */
    uint32_t lists[LISTS_PER_READ];
    size_t list_count;
    struct template_field fields[FIELDS_MAX + OWN_FIELDS];
    size_t field_count;
    Signup__Measured measured;
    char *examples[EXAMPLES_MAX];
};

static void chunk_matched(void *arg, const struct walk_chunk *chunk);
static void walk_done(void *arg, const struct bus_fault *fault,
                      struct campaign *campaign);
static void read_lists(struct measuring *m);
static void lists_done(void *arg, enum err err,
                       const struct store_reply *reply);

static void
free_measuring(struct measuring *m)
{
    for (size_t i = 0; i < m->measured.n_examples; i++) {
        free(m->examples[i]);
    }
    free(m);
}

static void
refuse(struct measuring *m, const struct bus_fault *fault)
{
    asked_refuse_fault(m->asked, fault);
    free_measuring(m);
}

static void
finish(struct measuring *m, enum err err, const char *detail)
{
    if (err != ERR_NONE) {
        refuse(m, &(struct bus_fault){.err = err, .detail = detail});
        return;
    }
    Signup__Reply reply = SIGNUP__REPLY__INIT;
    reply.is_case = SIGNUP__REPLY__IS_MEASURE;
    reply.measure = &m->measured;
    asked_answer(m->asked, &reply);
    free_measuring(m);
}

void
measure_flow_start(struct asked *asked)
{
    const Signup__Measure *ask = signup_request(asked)->measure;
    if (ask->n_fields > FIELDS_MAX || strlen(ask->sms_text) > TEXT_BYTES_MAX) {
        signup_refuse(
            asked,
            &(struct signup_fault){
                "sms_text", "a text has at most 4,000 bytes and 32 fields"});
        return;
    }
    struct measuring *m = mem_new(sizeof(*m));
    m->asked = asked;
    m->result.eligible = m->bits;
    for (size_t i = 0; i < ask->n_fields; i++) {
        m->fields[m->field_count++] = (struct template_field){
            ask->fields[i]->name, ask->fields[i]->value};
    }
    signup__measured__init(&m->measured);
    m->measured.examples = m->examples;
    rules_fill(ask->class_, 0, &m->table);
    walk_start(signup_of(asked), &(struct walk_ask){.campaign = ask->campaign,
                                                    .query = ask->query,
                                                    .action = ask->action,
                                                    .class_ = ask->class_,
                                                    .is_one_chunk = true,
                                                    .chunk = ask->chunk,
                                                    .on_chunk = chunk_matched,
                                                    .done = walk_done,
                                                    .arg = m});
}

static void
chunk_matched(void *arg, const struct walk_chunk *chunk)
{
    struct measuring *m = arg;
    match_rules(chunk->plan, chunk->columns, chunk->bits, &m->table,
                &m->result);
    m->measured.is_last = chunk->is_last;
}

/* ---- counting ---- */

static void
count_text(struct measuring *m, const char *text, uint32_t messages)
{
    struct gsm_count count = gsm_count(text);
    m->measured.messages += messages;
    m->measured.parts += (uint64_t)count.parts * messages;
    m->measured.ucs2 += count.is_ucs2 ? messages : 0;
    if (messages > 0 && count.parts > m->measured.parts_max) {
        m->measured.parts_max = count.parts;
    }
    if (messages > 0 && m->measured.n_examples < EXAMPLES_MAX) {
        m->examples[m->measured.n_examples++] = mem_copy_string(text);
    }
}

/* field_count of m->fields; *why_out is the caller's. */
static enum err
merge_and_count(struct measuring *m, size_t field_count, uint32_t messages,
                char **why_out)
{
    struct buf text;
    buf_init(&text, 0);
    enum err err = template_merge(
        signup_request(m->asked)->measure->sms_text, TEMPLATE_TEXT,
        &(struct template_fields){m->fields, field_count}, &text, why_out);
    if (err == ERR_NONE) {
        count_text(m, buf_string(&text), messages);
    }
    buf_fini(&text);
    return err;
}

static enum err
count_person(struct measuring *m, struct bytes sealed, char **why_out)
{
    struct record record;
    char first_name[NAME_BYTES_MAX + 1];
    if (!record_unseal(&signup_of(m->asked)->keys->record, m->campaign->id,
                       sealed, &record)) {
        return ERR_NONE; /* erased since, or not readable: not sent to */
    }
    names_first(record.name, first_name);
    m->fields[m->field_count] = (struct template_field){"name", record.name};
    m->fields[m->field_count + 1] =
        (struct template_field){"first_name", first_name};
    return merge_and_count(m, m->field_count + OWN_FIELDS, 1, why_out);
}

/* ---- stepping through the records ---- */

static void
walk_done(void *arg, const struct bus_fault *fault, struct campaign *campaign)
{
    struct measuring *m = arg;
    if (fault->err != ERR_NONE) {
        refuse(m, fault);
        return;
    }
    m->campaign = campaign;
    char *why = NULL;
    if (merge_and_count(m, m->field_count, m->result.counts[0], &why) ==
        ERR_NONE) {
        finish(m, ERR_NONE, NULL);
        return;
    }
    free(why); /* it wants the names, or is wrong: then it will be said */
    read_lists(m);
}

static bool
has_eligible(const struct measuring *m, uint32_t list)
{
    const uint8_t *at = m->bits + (size_t)list * LIST_BIT_BYTES;
    for (size_t i = 0; i < LIST_BIT_BYTES; i++) {
        if (at[i] != 0) {
            return true;
        }
    }
    return false;
}

/* With nobody to read of, the text is still tried, on nobody. */
static void
end_lists(struct measuring *m)
{
    char *why = NULL;
    m->fields[m->field_count] = (struct template_field){"name", ""};
    m->fields[m->field_count + 1] = (struct template_field){"first_name", ""};
    enum err err = merge_and_count(m, m->field_count + OWN_FIELDS, 0, &why);
    finish(m, err, why);
    free(why);
}

static void
read_lists(struct measuring *m)
{
    m->list_count = 0;
    while (m->list < LISTS_PER_CHUNK && m->list_count < LISTS_PER_READ) {
        if (has_eligible(m, m->list)) {
            m->lists[m->list_count++] = m->list;
        }
        m->list++;
    }
    if (m->list_count == 0) {
        end_lists(m);
        return;
    }
    uint32_t numbers[LISTS_PER_READ];
    uint32_t first = signup_request(m->asked)->measure->chunk * LISTS_PER_CHUNK;
    for (size_t i = 0; i < m->list_count; i++) {
        numbers[i] = first + m->lists[i];
    }
    su_read_records(
        signup_of(m->asked)->su, m->campaign->id,
        &(struct su_people){.numbers = numbers, .number_count = m->list_count},
        lists_done, m);
}

static enum err
count_list(struct measuring *m, uint32_t list, const struct store_reply *from,
           char **why_out)
{
    for (size_t i = 0; i < from->count && i < SU_RECORDS_PER_LIST; i++) {
        size_t bit = (size_t)list * SU_RECORDS_PER_LIST + i;
        if ((m->bits[bit / 8] >> (bit % 8) & 1) == 0) {
            continue;
        }
        struct bytes sealed =
            bytes_of(from->items[i].string, from->items[i].len);
        enum err err = count_person(m, sealed, why_out);
        if (err != ERR_NONE) {
            return err;
        }
    }
    return ERR_NONE;
}

static void
lists_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct measuring *m = arg;
    char *why = NULL;
    if (err == ERR_NONE && reply->count != m->list_count) {
        err = ERR_INTERNAL;
    }
    for (size_t i = 0; i < m->list_count && err == ERR_NONE; i++) {
        err = count_list(m, m->lists[i], &reply->items[i], &why);
    }
    if (err != ERR_NONE) {
        finish(m, err, why);
        free(why);
        return;
    }
    read_lists(m);
}
