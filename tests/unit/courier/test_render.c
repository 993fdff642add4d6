/* test_render -- a template and a person become a message, or a reason. */
#include "services/courier/message/render.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/crypto/crypto.h"

struct fixture {
    struct render render;
    Broadcast__Template template_;
    Broadcast__Content content;
    Signup__Campaign campaign;
    Signup__Field field, *fields[1];
    struct crypto_key key;
    struct render_job job;
    struct person person;
};

static void
init(struct fixture *f, Words__Channel channel)
{
    memset(f, 0, sizeof(*f));
    render_init(&f->render);
    broadcast__template__init(&f->template_);
    broadcast__content__init(&f->content);
    signup__campaign__init(&f->campaign);
    signup__field__init(&f->field);
    f->fields[0] = &f->field;
    f->field.name = "place";
    f->field.value = "Old Palace Yard";
    f->campaign.number = 7;
    f->campaign.sms_sender = "Rally";
    f->campaign.email_from = "us@example.org";
    f->content.name = "News";
    f->template_.content = &f->content;
    f->template_.campaign = &f->campaign;
    f->template_.fields = f->fields;
    f->template_.n_fields = 1;
    f->job = (struct render_job){.template_ = &f->template_,
                                 .channel = channel,
                                 .class_ = WORDS__CLASS__CLASS_SERVICE,
                                 .campaign = "rally",
                                 .broadcast = "b1",
                                 .public_url = "https://x",
                                 .expires_at_ms = 5,
                                 .link_key = &f->key,
                                 .reference_key = &f->key};
    f->person = (struct person){.number = 9,
                                .has_holder = true,
                                .holder = 9,
                                .salt = 0x1234,
                                .address = "ann@example.org",
                                .name = "Ann <O'Hara>\r\nBcc: b",
                                .first_name = "Ann"};
}

static void
an_sms_has_its_fields_sender_and_reference(void **state)
{
    struct fixture f;
    struct message got;
    (void)state;
    init(&f, WORDS__CHANNEL__CHANNEL_SMS);
    f.content.sms_text = "Hi {{first_name}} at {{place}}";
    assert_int_equal(render_message(&f.render, &f.job, &f.person, &got),
                     REASON_NONE);
    assert_string_equal(got.text, "Hi Ann at Old Palace Yard");
    assert_string_equal(got.from, "Rally");
    assert_null(got.unsubscribe_url);
    assert_int_equal(got.expires_at_ms, 5);
    struct reference reference;
    assert_int_equal(reference_read(&f.key, got.ref, &reference), ERR_NONE);
    assert_int_equal(reference.number, 9);
    assert_string_equal(reference.broadcast, "b1");
    render_fini(&f.render);
}

static void
an_email_escapes_the_name_for_each_place(void **state)
{
    struct fixture f;
    struct message got;
    (void)state;
    init(&f, WORDS__CHANNEL__CHANNEL_EMAIL);
    f.content.email_subject = "For {{name}}";
    f.content.email_text = "{{name}}";
    f.content.email_html = "<b>{{name}}</b>";
    assert_int_equal(render_message(&f.render, &f.job, &f.person, &got),
                     REASON_NONE);
    assert_string_equal(got.subject, "For Ann <O'Hara> Bcc: b");
    assert_string_equal(got.text, "Ann <O'Hara>\nBcc: b");
    assert_string_equal(got.html, "<b>Ann &lt;O&#39;Hara&gt;\r\nBcc: b</b>");
    render_fini(&f.render);
}

static void
links_act_for_this_person_alone(void **state)
{
    struct fixture f;
    struct message got;
    struct link link;
    (void)state;
    init(&f, WORDS__CHANNEL__CHANNEL_EMAIL);
    f.job.class_ = WORDS__CLASS__CLASS_CAMPAIGN;
    f.content.email_text = "{{preferences_url}}";
    assert_int_equal(render_message(&f.render, &f.job, &f.person, &got),
                     REASON_NONE);
    assert_string_equal(got.subject, "News"); /* no subject: the name */
    assert_memory_equal(got.text, "https://x/p/", 12);
    assert_int_equal(link_read(&f.key, got.text + 12, &link), ERR_NONE);
    assert_int_equal(link.purpose, LINK_PREFERENCES);
    assert_int_equal(link.campaign_number, 7);
    assert_int_equal(link.number, 9);
    assert_int_equal(link.channel, WORDS__CHANNEL__CHANNEL_EMAIL);
    assert_int_equal(link.salt, 0x1234);
    assert_memory_equal(got.unsubscribe_url, "https://x/u/", 12);
    assert_int_equal(link_read(&f.key, got.unsubscribe_url + 12, &link),
                     ERR_NONE);
    assert_int_equal(link.purpose, LINK_UNSUBSCRIBE_EMAIL);
    assert_int_equal(link.salt, 0x1234);
    render_fini(&f.render);
}

static void
a_ticket_is_a_code_and_its_page(void **state)
{
    struct fixture f;
    struct message got;
    (void)state;
    init(&f, WORDS__CHANNEL__CHANNEL_SMS);
    f.content.sms_text = "{{ticket_code}} {{ticket_url}}";
    assert_int_equal(render_message(&f.render, &f.job, &f.person, &got),
                     REASON_NO_TICKET);
    (void)snprintf(f.person.ticket_code, RENDER_CODE_SIZE,
                   "0123456789ABCDEFGHJK");
    assert_int_equal(render_message(&f.render, &f.job, &f.person, &got),
                     REASON_NONE);
    assert_string_equal(
        got.text, "01234-56789-ABCDE-FGHJK https://x/t/0123456789ABCDEFGHJK");
    render_fini(&f.render);
}

static struct link
read_url(const struct fixture *f, const char *url, const char *page)
{
    struct link link = {.number = 0};
    char token[LINK_TOKEN_SIZE];
    size_t len = strlen(page);
    assert_memory_equal(url, page, len);
    (void)snprintf(token, sizeof(token), "%s", url + len);
    assert_int_equal(link_read(&f->key, token, &link), ERR_NONE);
    return link;
}

/* Its ticket is behind the page, which asks nobody for a code. */
static void
a_confirmation_leads_to_the_contacts_page(void **state)
{
    struct fixture f;
    struct message got;
    struct template_field actions = {"actions", "March, 1 May, 12:00"};
    (void)state;
    init(&f, WORDS__CHANNEL__CHANNEL_EMAIL);
    f.job.class_ = WORDS__CLASS__CLASS_CONFIRMATION;
    f.person.fields = &actions;
    f.person.field_count = 1;
    f.content.email_text = "{{confirm_url}}";
    assert_int_equal(render_message(&f.render, &f.job, &f.person, &got),
                     REASON_NONE);
    struct link link = read_url(&f, got.text, "https://x/y/");
    assert_int_equal(link.purpose, LINK_CONTACT);
    assert_int_equal(link.campaign_number, 7);
    assert_int_equal(link.number, 9);
    assert_int_equal(link.channel, WORDS__CHANNEL__CHANNEL_EMAIL);
    assert_int_equal(link.salt, 0x1234);
    assert_null(got.unsubscribe_url); /* no marketing */
    char *page = mem_copy_string(got.text);
    f.content.email_text = "{{actions}} {{ticket_url}} {{not_me_url}}";
    assert_false(render_uses_ticket(&f.template_, f.job.channel, f.job.class_));
    assert_int_equal(render_message(&f.render, &f.job, &f.person, &got),
                     REASON_NONE);
    char *want = mem_format("March, 1 May, 12:00 %s %s?not-me", page, page);
    assert_string_equal(got.text, want);
    f.content.email_text = "{{ticket_code}}"; /* there is none yet */
    assert_int_equal(render_message(&f.render, &f.job, &f.person, &got),
                     REASON_TEMPLATE);
    free(want);
    free(page);
    render_fini(&f.render);
}

static void
links_of_one_who_was_merged_are_the_others(void **state)
{
    struct fixture f;
    struct message got;
    struct reference reference;
    (void)state;
    init(&f, WORDS__CHANNEL__CHANNEL_EMAIL);
    f.job.class_ = WORDS__CLASS__CLASS_CAMPAIGN;
    f.person.holder = 4;
    f.content.email_text = "{{preferences_url}}";
    assert_int_equal(render_message(&f.render, &f.job, &f.person, &got),
                     REASON_NONE);
    assert_int_equal(read_url(&f, got.text, "https://x/p/").number, 4);
    assert_int_equal(read_url(&f, got.unsubscribe_url, "https://x/u/").number,
                     4);
    assert_int_equal(reference_read(&f.key, got.ref, &reference), ERR_NONE);
    assert_int_equal(reference.number, 9); /* the ledger's */
    render_fini(&f.render);
}

static void
a_note_says_its_own_words(void **state)
{
    struct fixture f;
    struct message got;
    struct template_field words[] = {
        {"note_subject", "Your code"},
        {"note_text", "123456 {{first_name}} at {{confirm_url}} now"}};
    (void)state;
    init(&f, WORDS__CHANNEL__CHANNEL_EMAIL);
    f.job.class_ = WORDS__CLASS__CLASS_NOTE;
    f.person.fields = words;
    f.person.field_count = 2;
    f.person.has_holder = false;
    f.content.email_subject = "{{note_subject}}";
    f.content.email_text = "{{note_text}}";
    assert_int_equal(render_message(&f.render, &f.job, &f.person, &got),
                     REASON_NONE);
    assert_string_equal(got.subject, "Your code");
    assert_string_equal(got.text, words[1].value); /* about nobody: no link */
    assert_null(got.unsubscribe_url);
    f.person.has_holder = true;
    f.person.holder = 3;
    assert_int_equal(render_message(&f.render, &f.job, &f.person, &got),
                     REASON_NONE);
    static const char begin[] = "123456 {{first_name}} at ";
    assert_memory_equal(got.text, begin, sizeof(begin) - 1);
    assert_int_equal(
        read_url(&f, got.text + sizeof(begin) - 1, "https://x/y/").number, 3);
    assert_string_equal(got.text + strlen(got.text) - 4, " now");
    render_fini(&f.render);
}

static void
no_note_links_to_the_person_of_its_number(void **state)
{
    struct fixture f;
    struct message got;
    (void)state;
    init(&f, WORDS__CHANNEL__CHANNEL_SMS);
    f.job.class_ = WORDS__CLASS__CLASS_NOTE;
    f.person.has_holder = false;
    f.content.sms_text = "{{preferences_url}}";
    assert_int_equal(render_message(&f.render, &f.job, &f.person, &got),
                     REASON_TEMPLATE);
    render_fini(&f.render);
}

static void
what_is_for_another_says_for_whom(void **state)
{
    struct fixture f;
    struct message got;
    (void)state;
    init(&f, WORDS__CHANNEL__CHANNEL_SMS);
    f.person.is_for_other = true;
    f.person.name = "Gran <O'Hara>";
    f.content.sms_text = "Come at ten";
    assert_int_equal(render_message(&f.render, &f.job, &f.person, &got),
                     REASON_NONE);
    assert_string_equal(got.text, "For Gran <O'Hara>: Come at ten");
    f.job.channel = WORDS__CHANNEL__CHANNEL_EMAIL;
    f.content.email_text = "Come";
    f.content.email_html = "<html><title>{{first_name}}</title>"
                           "<BODY class='a'><p>Come</p></BODY></html>";
    assert_int_equal(render_message(&f.render, &f.job, &f.person, &got),
                     REASON_NONE);
    assert_string_equal(got.subject, "For Gran <O'Hara>: News");
    assert_string_equal(got.text, "For Gran <O'Hara>: Come");
    assert_string_equal(got.html,
                        "<html><title>Ann</title><BODY class='a'>"
                        "<p>For Gran &lt;O&#39;Hara&gt;:</p><p>Come</p></BODY>"
                        "</html>");
    f.content.email_html = "<p>Come</p>";
    assert_int_equal(render_message(&f.render, &f.job, &f.person, &got),
                     REASON_NONE);
    assert_string_equal(got.html,
                        "<p>For Gran &lt;O&#39;Hara&gt;:</p><p>Come</p>");
    render_fini(&f.render);
}

static void
what_cannot_be_rendered_says_why(void **state)
{
    struct fixture f;
    struct message got;
    (void)state;
    init(&f, WORDS__CHANNEL__CHANNEL_SMS);
    assert_int_equal(render_message(&f.render, &f.job, &f.person, &got),
                     REASON_TEMPLATE); /* no text for this channel */
    f.content.sms_text = "{{nobody}}";
    assert_int_equal(render_message(&f.render, &f.job, &f.person, &got),
                     REASON_TEMPLATE);
    f.job.channel = WORDS__CHANNEL__CHANNEL_EMAIL;
    f.content.email_text = "x";
    f.person.address = "ann@example.org>\r\nBcc: <b@example.org";
    assert_int_equal(render_message(&f.render, &f.job, &f.person, &got),
                     REASON_BAD_ADDRESS);
    f.campaign.email_from = "us@example.org\r\nBcc: b@example.org";
    assert_int_equal(render_message(&f.render, &f.job, &f.person, &got),
                     REASON_NO_SENDER);
    f.campaign.email_from = NULL;
    assert_int_equal(render_message(&f.render, &f.job, &f.person, &got),
                     REASON_NO_SENDER);
    render_fini(&f.render);
}

static void
no_fact_can_take_the_place_of_the_persons_own(void **state)
{
    static const char *const names[] = {"first_name", "preferences_url",
                                        "confirm_url", "not_me_url", "actions"};
    struct fixture f;
    struct message got;
    struct template_field own = {"actions", "March"};
    (void)state;
    init(&f, WORDS__CHANNEL__CHANNEL_SMS);
    f.person.fields = &own;
    f.person.field_count = 1;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        char text[40];
        (void)snprintf(text, sizeof(text), "{{%s}}", names[i]);
        f.field.name = (char *)(uintptr_t)names[i];
        f.content.sms_text = text;
        assert_int_equal(render_message(&f.render, &f.job, &f.person, &got),
                         REASON_NONE);
        if (strcmp(got.text, f.field.value) == 0) {
            fail_msg("a fact took the place of %s", names[i]);
        }
    }
    render_fini(&f.render);
}

int
main(void)
{
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_sms_has_its_fields_sender_and_reference),
        cmocka_unit_test(an_email_escapes_the_name_for_each_place),
        cmocka_unit_test(links_act_for_this_person_alone),
        cmocka_unit_test(a_ticket_is_a_code_and_its_page),
        cmocka_unit_test(a_confirmation_leads_to_the_contacts_page),
        cmocka_unit_test(links_of_one_who_was_merged_are_the_others),
        cmocka_unit_test(a_note_says_its_own_words),
        cmocka_unit_test(no_note_links_to_the_person_of_its_number),
        cmocka_unit_test(what_is_for_another_says_for_whom),
        cmocka_unit_test(what_cannot_be_rendered_says_why),
        cmocka_unit_test(no_fact_can_take_the_place_of_the_persons_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
