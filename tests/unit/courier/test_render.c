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
    struct fixture f;
    struct message got;
    (void)state;
    init(&f, WORDS__CHANNEL__CHANNEL_SMS);
    f.field.name = "first_name";
    f.content.sms_text = "{{first_name}}";
    assert_int_equal(render_message(&f.render, &f.job, &f.person, &got),
                     REASON_NONE);
    assert_string_equal(got.text, "Ann");
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
        cmocka_unit_test(what_cannot_be_rendered_says_why),
        cmocka_unit_test(no_fact_can_take_the_place_of_the_persons_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
