"""Import: rows of a file become records, checked by the form, in chunks that a killed worker neither loses nor doubles.

reading     the file -> rows of text                  (sheet_process reads workbooks, in a process of its own)
columns     which fields there are, and which heading means which
spelling    text of a cell -> what the form takes     (references: names -> records)
sheet       rows of text -> checked rows              duplicates: which of them are there already
checking    the job before the preview                running, writing: the job that stores; undoing: takes it back
services    what a user does with an import           views: the wizard; files: template and file of errors
"""
