/* draft_flow -- making a broadcast, showing it, and what couriers render.
 *
 *   Create:      check -> facts (is the action there?) -> keep_create
 *   Get, List:   keep_read
 *   GetTemplate: keep_read -> facts
 *   Since:       keep_since */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/text/text.h"
#include "services/broadcast/draft/content_hash.h"
#include "services/broadcast/draft/draft.h"
#include "services/broadcast/draft/facts.h"
#include "services/broadcast/plan/marks.h"

#define NAME_CHARS_MAX 100
#define AUDIENCE_BYTES_MAX 1000
#define SMS_BYTES_MAX 2000
#define SUBJECT_BYTES_MAX 300
#define EMAIL_BYTES_MAX 40000 /* text and html together: under a frame */
#define LIST_MAX 100

/* ---- Create: the check ---- */

static const char *const field_names[] = {
    "name",  "first_name", "campaign",   "preferences_url", "action",
    "place", "starts",     "ticket_url", "ticket_code",
};
#define FIELDS (sizeof(field_names) / sizeof(*field_names))
#define FIELDS_WITHOUT_ACTION 4

static size_t
len_of(const char *text)
{
    return text == NULL ? 0 : strlen(text);
}

/* NULL when the lengths and what belongs together are right. */
static const char *
find_fault(const Broadcast__Content *c)
{
    bool is_service = c->class_ == WORDS__CLASS__CLASS_SERVICE;
    if (len_of(c->name) == 0 || len_of(c->name) > (size_t)NAME_CHARS_MAX * 4) {
        return "name: 1 to 100 characters";
    }
    if (c->class_ == WORDS__CLASS__CLASS_NONE) {
        return "class: service, campaign or safety";
    }
    if (len_of(c->audience) == 0 || len_of(c->audience) > AUDIENCE_BYTES_MAX) {
        return "audience: a query of 1 to 1,000 bytes (\"all\" is everyone)";
    }
    if (is_service && len_of(c->action) == 0) {
        return "action: a service message is about an action";
    }
    if (len_of(c->sms_text) == 0 && len_of(c->email_text) == 0) {
        return "sms_text or email_text: at least one";
    }
    if (len_of(c->sms_text) > SMS_BYTES_MAX ||
        len_of(c->email_subject) > SUBJECT_BYTES_MAX ||
        len_of(c->email_text) + len_of(c->email_html) > EMAIL_BYTES_MAX) {
        return "a text is too long (SMS 2,000 bytes, subject 300, email "
               "40,000)";
    }
    if (len_of(c->email_text) > 0 && len_of(c->email_subject) == 0) {
        return "email_subject: an email needs one";
    }
    if (len_of(c->email_text) == 0 && len_of(c->email_html) > 0) {
        return "email_text: needed beside the HTML";
    }
    if (c->has_is_standing && c->is_standing && !is_service) {
        return "is_standing: a standing broadcast is of class service";
    }
    return NULL;
}

/* An empty text is no text. */
static void
drop_empty(char **text)
{
    if (len_of(*text) == 0) {
        *text = NULL;
    }
}

static enum err
check_templates(const Broadcast__Content *content, char **why_out)
{
    const struct {
        const char *name, *text;
    } texts[] = {
        {"sms_text", content->sms_text},
        {"email_subject", content->email_subject},
        {"email_text", content->email_text},
        {"email_html", content->email_html},
    };
    size_t fields = content->action == NULL ? FIELDS_WITHOUT_ACTION : FIELDS;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        char *why = NULL;
        if (texts[i].text != NULL && template_check(texts[i].text, field_names,
                                                    fields, &why) != ERR_NONE) {
            *why_out = mem_format("%s: %s", texts[i].name, why);
            free(why);
            return ERR_BAD_REQUEST;
        }
    }
    return ERR_NONE;
}

static bool
is_visible(const char *text, size_t max)
{
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++) {
        if (text[i] < 0x21 || text[i] > 0x7e) {
            return false;
        }
    }
    return len > 0 && len <= max;
}

static enum err
check_create(const Broadcast__Create *create, char **why_out)
{
    const char *fault = find_fault(create->content);
    if (fault == NULL && !is_visible(create->idempotency_key, 80)) {
        fault = "idempotency key: 1 to 80 visible ASCII characters";
    }
    if (fault == NULL && !is_visible(create->staff, RECORD_STAFF_MAX)) {
        fault = "staff: 1 to 64 visible ASCII characters";
    }
    if (fault != NULL) {
        *why_out = mem_copy_string(fault);
        return ERR_BAD_REQUEST;
    }
    return check_templates(create->content, why_out);
}

/* ---- Create: the flow ---- */

static void
created(void *arg, enum err err, const struct store_reply *reply)
{
    struct asked *asked = arg;
    const char *campaign = request_of(asked)->create->campaign;
    if (err != ERR_NONE) {
        asked_refuse(asked, err, err == ERR_CONFLICT ? reply->string : NULL);
        return;
    }
    answer_broadcast(asked, campaign, keep_text(reply, 0));
}

static void
campaign_added(void *arg, enum err err, const struct store_reply *reply)
{
    struct asked *asked = arg;
    const Broadcast__Create *create = request_of(asked)->create;
    (void)reply;
    if (err != ERR_NONE) {
        asked_refuse(asked, err, NULL);
        return;
    }
    struct campaign *campaign =
        campaign_meet(broadcast_of(asked), create->campaign);
    if (campaign == NULL) {
        asked_refuse(asked, ERR_LIMIT, "too many campaigns here");
        return;
    }
    char hash[CONTENT_HASH_SIZE];
    struct buf packed;
    buf_init(&packed, 0);
    content_hash(create->content, hash);
    wire_pack(create->content, &packed);
    struct keep_on on = {.keep = broadcast_of(asked)->keep,
                         .campaign = create->campaign,
                         .staff = create->staff};
    keep_create(
        &on,
        &(struct keep_create){.key = create->idempotency_key,
                              .hash = hash,
                              .content = bytes_of(packed.data, packed.len)},
        created, asked);
    buf_fini(&packed);
}

static void
create_facts_known(void *arg, enum err err, const char *detail, void *value)
{
    const Signup__Actions *facts = value;
    struct asked *asked = arg;
    const Broadcast__Create *create = request_of(asked)->create;
    if (err != ERR_NONE) {
        asked_refuse(asked, err, detail);
        return;
    }
    if (create->content->action != NULL &&
        facts_find_action(facts, create->content->action) == NULL) {
        asked_refuse(asked, ERR_BAD_REQUEST,
                     "action: the campaign has no such one");
        return;
    }
    struct keep_on on = {.keep = broadcast_of(asked)->keep,
                         .campaign = create->campaign};
    keep_add_campaign(&on, campaign_added, asked);
}

void
draft_create(struct asked *asked)
{
    const Broadcast__Create *create = request_of(asked)->create;
    char *why = NULL;
    if (!answer_check(asked, create->campaign, NULL)) {
        return;
    }
    drop_empty(&create->content->action);
    drop_empty(&create->content->sms_text);
    drop_empty(&create->content->email_subject);
    drop_empty(&create->content->email_text);
    drop_empty(&create->content->email_html);
    enum err err = check_create(create, &why);
    if (err != ERR_NONE) {
        asked_refuse(asked, err, why);
    } else { /* perhaps of an action just put */
        facts_get_newest(broadcast_of(asked), create->campaign,
                         create_facts_known, asked);
    }
    free(why);
}

/* ---- Get and List ---- */

void
draft_get(struct asked *asked)
{
    const Broadcast__Get *get = request_of(asked)->get;
    if (answer_check(asked, get->campaign, get->id)) {
        answer_broadcast(asked, get->campaign, get->id);
    }
}

/* Ids are b1, b2, …: a page is the next few numbers, newest first. */
struct listing {
    struct asked *asked;
    struct record *records[LIST_MAX];
    unsigned count, waiting_for;
    uint64_t next; /* 0: no more */
};

struct listed {
    struct listing *listing;
    unsigned index;
    char id[RECORD_ID_SIZE];
};

static void
finish_list(struct listing *listing)
{
    struct asked *asked = listing->asked;
    struct record_view *views = mem_new_array(LIST_MAX, sizeof(*views));
    Broadcast__Broadcast *list[LIST_MAX];
    Broadcast__Broadcasts answer = BROADCAST__BROADCASTS__INIT;
    Broadcast__Reply reply = BROADCAST__REPLY__INIT;
    char next[RECORD_ID_SIZE];
    answer.broadcasts = list;
    for (unsigned i = 0; i < listing->count; i++) {
        if (listing->records[i] != NULL) {
            record_show(listing->records[i], request_of(asked)->list->campaign,
                        &views[i]);
            list[answer.n_broadcasts++] = &views[i].message;
        }
    }
    if (listing->next != 0) {
        (void)snprintf(next, sizeof(next), "b%" PRIu64, listing->next);
        answer.next = next;
    }
    reply.is_case = BROADCAST__REPLY__IS_LIST;
    reply.list = &answer;
    asked_answer(asked, &reply);
    for (unsigned i = 0; i < listing->count; i++) {
        record_free(&listing->records[i]);
    }
    free(views);
    free(listing);
}

static void
listed_read(void *arg, enum err err, const struct store_reply *reply)
{
    struct listed *listed = arg;
    struct listing *listing = listed->listing;
    if (err == ERR_NONE) {
        listing->records[listed->index] = record_read(listed->id, reply);
    }
    free(listed);
    if (--listing->waiting_for == 0) {
        finish_list(listing);
    }
}

static void
read_listed(struct listing *listing, uint64_t number)
{
    struct listed *listed = mem_new(sizeof(*listed));
    listed->listing = listing;
    listed->index = listing->count++;
    (void)snprintf(listed->id, sizeof(listed->id), "b%" PRIu64, number);
    struct keep_on on = {.keep = broadcast_of(listing->asked)->keep,
                         .campaign = request_of(listing->asked)->list->campaign,
                         .id = listed->id};
    keep_read(&on, listed_read, listed);
}

static void
last_known(void *arg, enum err err, const struct store_reply *reply)
{
    struct asked *asked = arg;
    const Broadcast__List *list = request_of(asked)->list;
    if (err != ERR_NONE) {
        asked_refuse(asked, err, NULL);
        return;
    }
    uint64_t from =
        reply->type == STORE_STRING ? strtoull(reply->string, NULL, 10) : 0;
    if (list->after != NULL && list->after[0] == 'b') {
        uint64_t after = strtoull(list->after + 1, NULL, 10);
        from = after > 0 && after <= from ? after - 1 : 0;
    }
    unsigned max = list->has_max && list->max > 0 ? list->max : LIST_MAX;
    struct listing *listing = mem_new(sizeof(*listing));
    listing->asked = asked;
    listing->waiting_for = 1; /* until all are asked for */
    for (; from > 0 && listing->count < max && listing->count < LIST_MAX;
         from--) {
        listing->waiting_for++;
        read_listed(listing, from);
    }
    listing->next = from == 0 ? 0 : from + 1;
    if (--listing->waiting_for == 0) {
        finish_list(listing);
    }
}

void
draft_list(struct asked *asked)
{
    const Broadcast__List *list = request_of(asked)->list;
    if (answer_check(asked, list->campaign, NULL)) {
        struct keep_on on = {.keep = broadcast_of(asked)->keep,
                             .campaign = list->campaign};
        keep_last(&on, last_known, asked);
    }
}
