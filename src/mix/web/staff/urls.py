"""Addresses of city staff."""

from django.urls import path

from mix.web.staff.case import joining, pilots, records, whole, word_template
from mix.web.staff.city import authority, bylaws, departments, face, going_live, mail, settings, setup, variants
from mix.web.staff.delivery import contracts, conversations
from mix.web.staff.flow import dates, desk, findings, search, waiting, workspace
from mix.web.staff.market import call_form, call_form_list, custody, publishing

urlpatterns = [
    path("city/", desk.desk, name="city-desk"),
    path("city/search/", search.page, name="city-search"),
    path("city/waits/", waiting.waits, name="city-waits"),
    path("city/needs/", desk.needs, name="city-needs"),
    path("city/needs/new/", desk.need_new, name="city-need-new"),
    path("city/needs/<str:code>/", desk.need, name="city-need"),
    path("city/dates/", dates.dates, name="city-dates"),
    path("city/payments.csv", contracts.payments, name="city-payments"),
    path("city/pilots/", pilots.pilots, name="city-pilots"),
    path("city/pilots/new/", pilots.pilot_new, name="city-pilot-new"),
    path("city/pilots/<str:code>/", pilots.pilot, name="city-pilot"),
    path("city/challenges/", desk.challenge_list, name="city-challenges"),
    path("city/challenges/new/", desk.challenge_new, name="city-challenge-new"),
    path("city/advice/", findings.advice, name="city-advice"),
    path("city/challenges/<slug:code>/", workspace.overview, name="city-challenge"),
    path("city/challenges/<slug:code>/log/", records.log, name="city-log"),
    path("city/challenges/<slug:code>/policy/", findings.policy, name="city-policy"),
    path("city/challenges/<slug:code>/whole/", whole.manage, name="city-manage"),
    path("city/challenges/<slug:code>/agreements/<str:agreement>/", contracts.agreement, name="city-agreement"),
    path(
        "city/challenges/<slug:code>/conversations/<str:conversation>/",
        conversations.conversation,
        name="city-conversation",
    ),
    path("city/challenges/<slug:code>/files/<str:submission>/<str:file>/", contracts.opened_file, name="city-file"),
    path("city/challenges/<slug:code>/<slug:key>/", workspace.step, name="city-step"),
    path("city/challenges/<slug:code>/<slug:key>/call/", call_form.call_form, name="city-call-form"),
    path(
        "city/challenges/<slug:code>/<slug:key>/call/list/<slug:what>/",
        call_form_list.call_list,
        name="city-call-list",
    ),
    path(
        "city/challenges/<slug:code>/<slug:key>/call/list/<slug:what>.<slug:kind>",
        call_form_list.list_file,
        name="city-call-list-file",
    ),
    path("city/challenges/<slug:code>/<slug:key>/publish/", publishing.publishing, name="city-call-publish"),
    path("city/challenges/<slug:code>/<slug:key>/versions/", records.versions, name="city-versions"),
    path("city/challenges/<slug:code>/<slug:key>/document.<slug:ending>", records.document, name="city-document"),
    path("city/join/<slug:code>/", joining.join, name="city-join"),
    path("city/take-over/<slug:code>/", desk.take_over, name="city-take-over"),
    path("city/calls/<str:reference>/custody/", custody.call_custody, name="city-custody"),
    path("city/calls/<str:reference>/openings/<str:code>/", custody.act_of_opening, name="city-opening"),
    path("city/calls/<str:reference>/sealed.zip", custody.envelopes, name="city-envelopes"),
    path("city/settings/<slug:city>/recovery/", custody.recovery, name="city-recovery"),
    path("city/settings/", settings.cities, name="city-settings"),
    path("city/settings/<slug:city>/setup/", setup.setup, name="city-setup"),
    path("city/settings/<slug:city>/face/", face.face, name="city-face"),
    path("city/settings/<slug:city>/staff/", settings.staff, name="city-staff"),
    path("city/settings/<slug:city>/mail/", mail.unsent, name="city-mail"),
    path("city/settings/<slug:city>/go-live/", going_live.going_live, name="city-going-live"),
    path("city/settings/<slug:city>/departments/", departments.departments, name="city-departments"),
    path("city/settings/<slug:city>/authority/", authority.authority, name="city-authority"),
    path("city/settings/<slug:city>/template/", word_template.template, name="city-template"),
    path("city/settings/<slug:city>/days/", dates.city_days, name="city-days"),
    path("city/settings/<slug:city>/bylaw/", bylaws.bylaw, name="city-bylaw"),
    path("city/settings/<slug:city>/methods/", variants.variants_of, name="city-variants"),
    path("city/settings/<slug:city>/methods/<slug:key>/", variants.variant, name="city-variant"),
    path("city/settings/<slug:city>/methods/<slug:key>/check/", variants.check, name="city-variant-check"),
    path("city/settings/<slug:city>/rules/", bylaws.rules, name="city-rules"),
]
