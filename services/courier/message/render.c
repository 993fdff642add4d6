/* render -- a template and one person become one message. */
#include "services/courier/message/render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/crypto/crypto.h"
#include "common/text/text.h"

#define FIELDS_MAX 32
#define CODE_GROUP 5

struct fields {
    const struct person *person;
    struct template_field items[FIELDS_MAX];
    size_t count;
};

void
render_init(struct render *render)
{
    memset(render, 0, sizeof(*render));
    buf_init(&render->text, RENDER_MESSAGE_BYTES_MAX);
    buf_init(&render->subject, RENDER_MESSAGE_BYTES_MAX);
    buf_init(&render->html, RENDER_MESSAGE_BYTES_MAX);
    buf_init(&render->note, RENDER_MESSAGE_BYTES_MAX);
}

void
render_fini(struct render *render)
{
    buf_fini(&render->text);
    buf_fini(&render->subject);
    buf_fini(&render->html);
    buf_fini(&render->note);
}

static bool
names_ticket(const char *text)
{
    return text != NULL && strstr(text, "ticket_") != NULL;
}

bool
render_uses_ticket(const Broadcast__Template *template_, Words__Channel channel,
                   Words__Class class_)
{
    if (class_ == WORDS__CLASS__CLASS_CONFIRMATION) {
        return false;
    }
    const Broadcast__Content *content = template_->content;
    return channel == WORDS__CHANNEL__CHANNEL_SMS
               ? names_ticket(content->sms_text)
               : names_ticket(content->email_subject) ||
                     names_ticket(content->email_text) ||
                     names_ticket(content->email_html);
}

/* ABCDE-FGHJK-…, as the ticket's page shows it too. */
static void
group_code(const char *code, struct render *render)
{
    size_t bytes = 0;
    for (size_t i = 0; code[i] != '\0' && i < RENDER_CODE_SIZE; i++) {
        if (i > 0 && i % CODE_GROUP == 0) {
            render->ticket_code[bytes++] = '-';
        }
        render->ticket_code[bytes++] = code[i];
    }
    render->ticket_code[bytes] = '\0';
}

/* ---- fields ---- */

static void
add_field(struct fields *fields, const char *name, const char *value)
{
    if (fields->count < FIELDS_MAX && value != NULL) {
        fields->items[fields->count++] = (struct template_field){name, value};
    }
}

static void
write_link(const struct render_job *job, enum link_purpose purpose,
           const struct person *person, char url[256])
{
    char path[LINK_PATH_SIZE];
    const struct link link = {
        .purpose = purpose,
        .campaign_number = job->template_->campaign->number,
        .number = person->holder,
        .channel = (int)job->channel,
        .salt = person->salt,
    };
    link_write_path(job->link_key, &link, path);
    (void)snprintf(url, 256, "%s%s", job->public_url, path);
}

static void
add_links(struct render *render, const struct render_job *job,
          const struct person *person, struct fields *fields)
{
    if (!person->has_holder) {
        return;
    }
    write_link(job, LINK_PREFERENCES, person, render->preferences_url);
    write_link(job, LINK_CONTACT, person, render->confirm_url);
    (void)snprintf(render->not_me_url, sizeof(render->not_me_url),
                   "%.200s?not-me", render->confirm_url);
    add_field(fields, "preferences_url", render->preferences_url);
    add_field(fields, "confirm_url", render->confirm_url);
    add_field(fields, "not_me_url", render->not_me_url);
}

static void
add_ticket(struct render *render, const struct render_job *job,
           const struct person *person, struct fields *fields)
{
    if (job->class_ == WORDS__CLASS__CLASS_CONFIRMATION) {
        add_field(fields, "ticket_url", render->confirm_url);
    } else if (person->ticket_code[0] != '\0') {
        (void)snprintf(render->ticket_url, sizeof(render->ticket_url),
                       "%s/t/%s", job->public_url, person->ticket_code);
        add_field(fields, "ticket_url", render->ticket_url);
        group_code(person->ticket_code, render);
        add_field(fields, "ticket_code", render->ticket_code);
    }
}

/* A note's text is written by signup, which makes no links: the place of one
 * is said as in a template, and nothing else in it is looked at. */
static const char *
put_link(struct render *render, const struct person *person, const char *text)
{
    static const char place[] = "{{confirm_url}}";
    const char *at = strstr(text, place);
    if (at == NULL || !person->has_holder) {
        return text;
    }
    buf_reset(&render->note);
    buf_add(&render->note, text, (size_t)(at - text));
    buf_add_string(&render->note, render->confirm_url);
    buf_add_string(&render->note, at + sizeof(place) - 1);
    return buf_string(&render->note);
}

static void
add_own(struct render *render, const struct render_job *job,
        const struct person *person, struct fields *fields)
{
    for (size_t i = 0; i < person->field_count; i++) {
        const struct template_field *own = &person->fields[i];
        bool is_note = job->class_ == WORDS__CLASS__CLASS_NOTE &&
                       strcmp(own->name, "note_text") == 0;
        add_field(fields, own->name,
                  is_note ? put_link(render, person, own->value) : own->value);
    }
}

/* The person's own come first, so that no fact can take their place. */
static void
collect_fields(struct render *render, const struct render_job *job,
               const struct person *person, struct fields *fields)
{
    add_field(fields, "name", person->name);
    add_field(fields, "first_name", person->first_name);
    add_links(render, job, person, fields);
    add_ticket(render, job, person, fields);
    add_own(render, job, person, fields);
    for (size_t i = 0; i < job->template_->n_fields; i++) {
        const Signup__Field *field = job->template_->fields[i];
        add_field(fields, field->name, field->value);
    }
}

static void
add_for(const struct person *person, enum template_context context,
        struct buf *to)
{
    buf_add_string(to, context == TEMPLATE_HTML ? "<p>For " : "For ");
    template_escape(person->name, context, to);
    buf_add_string(to, context == TEMPLATE_HTML ? ":</p>" : ": ");
}

/* Inside the body, where there is one. A name cannot bring one: escaped. */
static void
put_for_html(const struct person *person, struct buf *html)
{
    char *merged = mem_copy_string(buf_string(html));
    const char *body = strcasestr(merged, "<body");
    const char *end = body == NULL ? NULL : strchr(body, '>');
    size_t front = end == NULL ? 0 : (size_t)(end + 1 - merged);
    buf_reset(html);
    buf_add(html, merged, front);
    add_for(person, TEMPLATE_HTML, html);
    buf_add_string(html, merged + front);
    free(merged);
}

/* Who reads it is told for whom it is. */
static bool
merge(const char *text, enum template_context context,
      const struct fields *fields, struct buf *to)
{
    char *why = NULL;
    const struct template_fields all = {fields->items, fields->count};
    bool is_for_other = fields->person->is_for_other;
    buf_reset(to);
    if (is_for_other && context != TEMPLATE_HTML) {
        add_for(fields->person, context, to);
    }
    enum err err = template_merge(text, context, &all, to, &why);
    free(why); /* the planner is told the code; the text may be private */
    if (is_for_other && context == TEMPLATE_HTML) {
        put_for_html(fields->person, to);
    }
    return err == ERR_NONE && !to->is_cut;
}

/* ---- the two channels ---- */

static enum reason
render_sms(struct render *render, const struct render_job *job,
           const struct fields *fields, struct message *out)
{
    const char *text = job->template_->content->sms_text;
    const char *sender = job->template_->campaign->sms_sender;
    if (text == NULL || !merge(text, TEMPLATE_TEXT, fields, &render->text)) {
        return REASON_TEMPLATE;
    }
    out->from = sender == NULL ? "" : sender;
    out->text = buf_string(&render->text);
    return REASON_NONE;
}

/* Goes into a header and an envelope as it is. */
static bool
is_address(const char *s)
{
    const char *at = s == NULL ? NULL : strchr(s, '@');
    for (const char *c = s; at != NULL && *c != '\0'; c++) {
        if ((unsigned char)*c < 0x21 || (unsigned char)*c > 0x7e || *c == '<' ||
            *c == '>') {
            return false;
        }
    }
    return at != NULL;
}

static enum reason
render_email(struct render *render, const struct render_job *job,
             const struct fields *fields, struct message *out)
{
    const Broadcast__Content *content = job->template_->content;
    const Signup__Campaign *campaign = job->template_->campaign;
    const char *subject =
        content->email_subject == NULL ? content->name : content->email_subject;
    if (!is_address(campaign->email_from)) {
        return REASON_NO_SENDER;
    }
    if (!is_address(out->to)) {
        return REASON_BAD_ADDRESS;
    }
    if (content->email_text == NULL ||
        !merge(subject, TEMPLATE_HEADER, fields, &render->subject) ||
        !merge(content->email_text, TEMPLATE_TEXT, fields, &render->text)) {
        return REASON_TEMPLATE;
    }
    if (content->email_html != NULL) {
        if (!merge(content->email_html, TEMPLATE_HTML, fields, &render->html)) {
            return REASON_TEMPLATE;
        }
        out->html = buf_string(&render->html);
    }
    out->from = campaign->email_from;
    out->from_name = campaign->email_from_name;
    out->subject = buf_string(&render->subject);
    out->text = buf_string(&render->text);
    return REASON_NONE;
}

enum reason
render_message(struct render *render, const struct render_job *job,
               const struct person *person, struct message *out)
{
    struct fields fields = {.person = person, .count = 0};
    struct reference reference = {.number = person->number,
                                  .channel = (int)job->channel};
    if (person->ticket_code[0] == '\0' &&
        render_uses_ticket(job->template_, job->channel, job->class_)) {
        return REASON_NO_TICKET;
    }
    (void)snprintf(reference.campaign, sizeof(reference.campaign), "%s",
                   job->campaign);
    (void)snprintf(reference.broadcast, sizeof(reference.broadcast), "%s",
                   job->broadcast);
    reference_write(job->reference_key, &reference, render->ref);
    collect_fields(render, job, person, &fields);
    *out = (struct message){.channel = job->channel,
                            .campaign = job->campaign,
                            .ref = render->ref,
                            .to = person->address,
                            .expires_at_ms = job->expires_at_ms};
    if (job->channel == WORDS__CHANNEL__CHANNEL_SMS) {
        return render_sms(render, job, &fields, out);
    }
    if (job->class_ == WORDS__CLASS__CLASS_CAMPAIGN) {
        write_link(job, LINK_UNSUBSCRIBE_EMAIL, person,
                   render->unsubscribe_url);
        out->unsubscribe_url = render->unsubscribe_url;
    }
    return render_email(render, job, &fields, out);
}
