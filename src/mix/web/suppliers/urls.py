"""Addresses of vendors."""

from django.urls import path

from mix.web.suppliers import (
    conversations,
    drafting,
    letters,
    library,
    reading,
    receipts,
    results,
    rooms,
    sheets,
    submitting,
    teams,
    together,
    uploads,
    views,
)
from mix.web.suppliers import redelivery as again

urlpatterns = [
    path("vendor/", views.home, name="vendor-home"),
    path("vendor/trials/", views.trials, name="vendor-trials"),
    path("vendor/results/", results.results, name="vendor-results"),
    path("vendor/register/", teams.register, name="vendor-register"),
    path("vendor/team/<slug:code>/", teams.team, name="vendor-team"),
    path("vendor/calls/<str:reference>/", views.call, name="vendor-call"),
    path("vendor/calls/<str:reference>/preview/", submitting.preview, name="vendor-preview"),
    path("vendor/submissions/<str:code>/", drafting.answers, name="vendor-submission"),
    path("vendor/submissions/<str:code>/files/", submitting.files, name="vendor-files"),
    path("vendor/submissions/<str:code>/uploads/", uploads.begin, name="vendor-upload"),
    path("vendor/submissions/<str:code>/uploads/<str:upload>/", uploads.part, name="vendor-upload-part"),
    path("vendor/submissions/<str:code>/uploads/<str:upload>/finish/", uploads.finish, name="vendor-upload-finish"),
    path("vendor/submissions/<str:code>/price/", drafting.price, name="vendor-price"),
    path("vendor/submissions/<str:code>/sheets/<slug:question>/", sheets.sheet, name="vendor-sheet"),
    path(
        "vendor/submissions/<str:code>/sheets/<slug:question>.<slug:kind>", sheets.sheet_file, name="vendor-sheet-file"
    ),
    path("vendor/submissions/<str:code>/together/", together.together, name="vendor-together"),
    path("vendor/together/<str:code>/", together.asked, name="vendor-asked"),
    path("vendor/submissions/<str:code>/check/", submitting.check, name="vendor-check"),
    path("vendor/submissions/<str:code>/export/", receipts.export, name="vendor-export"),
    path("vendor/submissions/<str:code>/export/pdf/", receipts.export_pdf, name="vendor-export-pdf"),
    path("vendor/submissions/<str:code>/drafts/", drafting.drafts, name="vendor-drafts"),
    path("vendor/submissions/<str:code>/earlier/<slug:field>/", library.earlier, name="vendor-earlier"),
    path("vendor/submissions/<str:code>/opened/<str:file>/", reading.own_file, name="vendor-own-file"),
    path("vendor/submissions/<str:code>/pdf/", reading.own_pdf, name="vendor-own-pdf"),
    path("vendor/submissions/<str:code>/zip/", reading.own_archive, name="vendor-own-archive"),
    path("vendor/submissions/<str:code>/copy/", receipts.copy, name="vendor-copy"),
    path("vendor/submissions/<str:code>/again/", again.again, name="vendor-again"),
    path("vendor/submissions/<str:code>/again/<str:file>/", again.again_file, name="vendor-again-file"),
    path("vendor/receipts/<str:reference>/", receipts.receipt, name="vendor-receipt"),
    path("vendor/receipts/<str:reference>/json/", receipts.receipt_json, name="vendor-receipt-json"),
    path("vendor/receipts/<str:reference>/pdf/", receipts.receipt_pdf, name="vendor-receipt-pdf"),
    path("vendor/sprints/<slug:code>/<slug:key>/", rooms.sprint, name="vendor-sprint"),
    path("vendor/agreements/<str:code>/", rooms.agreement, name="vendor-agreement"),
    path("vendor/conversations/<str:code>/", conversations.conversation, name="vendor-conversation"),
    path("vendor/conversations/<str:code>/write/", conversations.write, name="vendor-conversation-write"),
    path("vendor/letters/<int:pk>/", letters.letter, name="vendor-letter"),
    path("vendor/letters/<int:pk>/pdf/", letters.letter_pdf, name="vendor-letter-pdf"),
    path("vendor/cards/<slug:code>/<slug:key>/", views.card, name="vendor-card"),
]
