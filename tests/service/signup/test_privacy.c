/* test_privacy -- who may read what, and what lies about in the open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "tests/support/rigs/signup_rig.h"

static struct signup_rig rig;

static int
open_rig(void **state)
{
    (void)state;
    signup_rig_open(&rig);
    (void)signup_rig_put_action(&rig, "rally", 1);
    return 0;
}

static int
close_rig(void **state)
{
    (void)state;
    signup_rig_close(&rig);
    return 0;
}

static const struct signup_rig_person zenobia = {
    .name = "Zenobia Quux",
    .phone = "07700 900765",
    .email = "zenobia.q@privat.example.org",
    .action = "rally",
    .consents_sms = true,
    .consents_email = true};

static const char *const secrets[] = {"enobia", "Quux",    "7700900765",
                                      "900765", "900 765", "privat"};

static void
expect_no_secret(const char *where, const char *bytes, size_t len)
{
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        if (memmem(bytes, len, secrets[i], strlen(secrets[i])) != NULL) {
            fail_msg("%s holds \"%s\"", where, secrets[i]);
        }
    }
}

static void
expect_no_secret_in_file(const char *dir, const char *name)
{
    char *path = temp_path(dir, name);
    size_t len;
    char *bytes = file_read(path, &len);
    assert_non_null(bytes);
    assert_true(len > 0);
    expect_no_secret(name, bytes, len);
    free(bytes);
    free(path);
}

/* Every write there ever was is in the append-only file. */
static void
nothing_of_a_person_is_readable_in_redis_or_in_the_log(void **state)
{
    (void)state;
    (void)signup_rig_number(&rig, &zenobia);
    (void)signup_rig_number(&rig, &zenobia);
    struct signup_answer set =
        signup_rig_consent(&rig, 0, WORDS__CHANNEL__CHANNEL_SMS, true);
    signup_rig_free(&set);
    struct signup_answer got =
        signup_rig_resolve(&rig, WORDS__CLASS__CLASS_CAMPAIGN,
                           WORDS__CHANNEL__CHANNEL_EMAIL, NULL, 0);
    assert_string_equal(got.reply->resolve->contacts[0]->address,
                        "zenobia.q@privat.example.org");
    signup_rig_free(&got);
    struct signup_rig_person wrong = zenobia;
    wrong.phone = "07700 900765 900765";
    got = signup_rig_sign_up(&rig, &wrong);
    assert_int_equal(got.err, ERR_BAD_REQUEST);
    expect_no_secret("the refusal", got.detail, strlen(got.detail));
    signup_rig_free(&got);

    char *dir = temp_path(rig.redis->dir, "appendonlydir");
    DIR *files = opendir(dir);
    assert_non_null(files);
    int count = 0;
    for (struct dirent *file = readdir(files); file != NULL;
         file = readdir(files)) {
        if (file->d_name[0] != '.') {
            expect_no_secret_in_file(dir, file->d_name);
            count++;
        }
    }
    (void)closedir(files);
    free(dir);
    assert_in_range(count, 2, 10);
    assert_int_equal(process_terminate(&rig.signup), 0);
    expect_no_secret_in_file(rig.dir, "log");
}

static void
contacts_are_for_courier_alone(void **state)
{
    (void)state;
    (void)signup_rig_number(&rig, &zenobia);
    static const char *const callers[] = {"gateway.0", "courierx.0",
                                          "signup.1"};
    for (size_t i = 0; i < sizeof(callers) / sizeof(callers[0]); i++) {
        struct signup_rig other = rig;
        other.bus =
            bus_new(rig.loop, &(struct bus_options){.name = callers[i]});
        char *endpoint = mem_format("ipc://%s/run/signup.0.ask", rig.dir);
        other.peer = bus_connect(other.bus, "signup", endpoint);
        free(endpoint);
        struct signup_answer got =
            signup_rig_resolve(&other, WORDS__CLASS__CLASS_CAMPAIGN,
                               WORDS__CHANNEL__CHANNEL_SMS, NULL, 0);
        assert_int_equal(got.err, ERR_FORBIDDEN);
        assert_null(got.reply);
        signup_rig_free(&got);
        bus_free(&other.bus);
    }
}

static void
another_key_does_not_start_on_this_data(void **state)
{
    (void)state;
    (void)signup_rig_number(&rig, &zenobia);
    process_kill(&rig.signup);
    char *path = temp_path(rig.dir, "keys/signup.key");
    size_t len;
    char *key = file_read(path, &len);
    assert_non_null(key);
    key[0] = (char)(key[0] ^ 1);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(key, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    char *log = temp_path(rig.dir, "other-log");
    const char *argv[] = {rig.program,  "--config", rig.conf,
                          "--instance", "0",        NULL};
    process_start(&rig.signup, log, argv);
    assert_int_equal(process_wait(&rig.signup), 1);
    char *said = file_read(log, NULL);
    assert_non_null(strstr(said, "is not the key this data was sealed with"));
    free(said);
    free(log);
    free(key);
    free(path);
}

/* The rig runs under the real rule; this is what the rule keeps out. */
static void
the_store_refuses_signup_another_owners_keys(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"{care}:su:try", "OK"},
                                          {"{care}:bc:try", "NOPERM"},
                                          {"{care}:ci:try", "NOPERM"},
                                          {"care:su:try", "NOPERM"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *command = mem_format("ACL DRYRUN signup SET %s 1", rows[i][0]);
        char *got = redis_do(rig.redis, command);
        bool is_allowed = strncmp(got, "OK", 2) == 0;
        if (is_allowed != (strcmp(rows[i][1], "OK") == 0)) {
            fail_msg("%s: got %s", rows[i][0], got);
        }
        free(got);
        free(command);
    }
}

#define IN_RIG(test) cmocka_unit_test_setup_teardown(test, open_rig, close_rig)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_RIG(nothing_of_a_person_is_readable_in_redis_or_in_the_log),
        IN_RIG(contacts_are_for_courier_alone),
        IN_RIG(another_key_does_not_start_on_this_data),
        IN_RIG(the_store_refuses_signup_another_owners_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
