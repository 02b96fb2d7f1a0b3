"""The vocabulary of every page: `{% load shell %}`; after `i18n`, whose `trans` and `blocktrans` are slow.

Small things
    {% icon "users" %}                                  a Tabler icon; the build collects names written so
    {% avatar user.name user.pk size=28 %}              initial on a colour of the key; square=True for records
    {% state _("Active") "green" %}                     a dot and a word: blue green amber red violet cyan gray
    {% tag _("VIP") "violet" %}                         a pastel label in the same colours
    {% badge 3 key="inbox" %}                           a red count, kept live by its key; hidden at 0
    {% button _("Save") kind="primary" icon="check" %}  kinds: primary light ghost danger link; url= makes a link;
                                                        every further name becomes an attribute (hx_get=… → hx-get)
    {% progress 3 5 label=_("Set up") %}                a bar; value None shows work of unknown length
    {% skeleton rows=5 %}                               grey lines while a part loads
    {% stat _("Due") "¥ 1,200" tone="amber" %}          a figure with its name, in `.kv`
    {% empty "match" clear_url="?" %}                   why a list is empty: none, match, permission, search, offline

Blocks
    {% card _("Title") more=… %} … {% endcard %}
    {% banner "warning" url=… action=… %} … {% endbanner %}    the next-best strip inside a page (`.attn`)
    {% dropdown _("More") icon="dots" %} <li>…</li> {% enddropdown %}
    {% drawer _("Title") id="preview" %} … {% enddrawer %}      answer of a part aimed at #drawer
    {% modal _("Title") %} … {% endmodal %}                     answer of a part aimed at #dialog; size= sm lg xl

Attributes
    <button {% confirm _("Delete 3 users?") detail=_("…") action=_("Delete") danger=True %}>   asks before it acts

Lists
    {% tabs views %}            saved views: things with label, url, active and count
    {% pager paging %}          the manual's footer with page size and page links (a core.shell.paging.Paging);
                                target="#list" makes the links swap that part only
Forms
    {% fields form %}           hidden fields, form errors and every field in the two-column grid
    {% field form.name %}       label, star, control, help, errors (the same as `{{ form.name.as_field_group }}`)
    {{ form.name|control }}     the control alone

Behaviours that markup asks for by attribute
    data-confirm …              asks first (`{% confirm %}` writes them)
    data-draft="user:7"         on a form: what is typed is kept on the device and offered again; leaving asks
    data-list, data-row, data-pick, data-bulk, data-preview, data-url, data-column   lists, see js/list.js
    data-star="/url"            a star shown at once; posts `on`
    data-order with data-grip   a list whose items are dragged or moved by arrows; sends `reordered`
    data-tree, data-move, data-checks   trees, see js/tree.js
    data-new, data-edit, data-refresh, data-search, data-go="u"   what C, E, R, / and G U press
    data-drop                   a place to drop files; data-send-on-change sends the form of a field
    data-badge="inbox"          a count that the socket keeps; data-job="7" is told `refresh` when the job moves on
    data-copy="text"            copies; data-reveal="id" shows a password field
    hx-target="#drawer" / "#dialog"    where `{% drawer %}` and `{% modal %}` open; events close-drawer, close-dialog
    Links inside #app change the page without loading it; hx-boost="false" on those that lead to files.
"""

from django import template

from core.shell.vocabulary import atoms, blocks, fields, lists, messages, translated

register = template.Library()
for _part in (atoms, blocks, fields, lists, messages, translated):
    register.tags.update(_part.register.tags)
    register.filters.update(_part.register.filters)
