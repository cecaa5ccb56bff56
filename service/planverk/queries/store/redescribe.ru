# Forget what is said of a release, so that something else can be.
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
DELETE WHERE { GRAPH $register { $release rdf:value ?description } }
