-- The index of a release. Words stand in `stems` without their endings, a column for each weight; `spelling` finds words by
-- the three letters that they share with another.
CREATE TABLE thing (id INTEGER PRIMARY KEY, iri TEXT NOT NULL, class TEXT NOT NULL, kind TEXT NOT NULL, weight REAL NOT NULL,
                    names TEXT NOT NULL, texts TEXT NOT NULL);
CREATE UNIQUE INDEX thing_by_iri ON thing (iri);
CREATE TABLE facet (facet TEXT NOT NULL, value TEXT NOT NULL, thing INTEGER NOT NULL, PRIMARY KEY (facet, value, thing)) WITHOUT ROWID;
CREATE INDEX facet_by_thing ON facet (thing, facet, value);
CREATE TABLE tally (facet TEXT NOT NULL, value TEXT NOT NULL, things INTEGER NOT NULL, PRIMARY KEY (facet, value)) WITHOUT ROWID;
CREATE VIRTUAL TABLE stems USING fts5 (name, others, texts, content = '', tokenize = 'unicode61 remove_diacritics 0 tokenchars ''|''');
CREATE VIRTUAL TABLE known USING fts5vocab (stems, 'row');
CREATE TABLE word (id INTEGER PRIMARY KEY, letters TEXT NOT NULL, skeleton TEXT NOT NULL, uses INTEGER NOT NULL);
CREATE INDEX word_by_skeleton ON word (skeleton);
CREATE VIRTUAL TABLE spelling USING fts5 (letters, content = 'word', content_rowid = 'id', tokenize = 'trigram case_sensitive 1');
