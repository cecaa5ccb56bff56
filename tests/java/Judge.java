import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.semanticweb.HermiT.Configuration;
import org.semanticweb.HermiT.Reasoner;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.model.OWLClass;
import org.semanticweb.owlapi.model.OWLOntology;
import org.semanticweb.owlapi.profiles.Profiles;

/** Judges ontologies: which rules of OWL 2 DL and OWL 2 RL they break, and what HermiT finds impossible in them. */
public class Judge {

    /** Prints, as JSON, what was found in each of some Turtle files, by the file's name. */
    public static void main(String[] paths) throws Exception {
        Map<String, Map<String, Object>> judgements = new TreeMap<>();
        for (String path : paths) {
            File file = new File(path);
            judgements.put(file.getName(), judge(file));
        }
        new ObjectMapper().writeValue(System.out, judgements);
    }

    private static Map<String, Object> judge(File file) throws Exception {
        OWLOntology ontology = OWLManager.createOWLOntologyManager().loadOntologyFromOntologyDocument(file);
        Configuration configuration = new Configuration();
        configuration.ignoreUnsupportedDatatypes = true; // such as xsd:date, which OWL 2 does not know
        Reasoner reasoner = new Reasoner(configuration, ontology);
        boolean consistent = reasoner.isConsistent();
        return Map.of(
            "dl", violations(Profiles.OWL2_DL, ontology),
            "rl", violations(Profiles.OWL2_RL, ontology),
            "consistent", consistent,
            "unsatisfiable", consistent ? unsatisfiable(reasoner) : List.of());
    }

    private static List<String> violations(Profiles profile, OWLOntology ontology) {
        return profile.checkOntology(ontology).getViolations().stream().map(Object::toString).toList();
    }

    private static List<String> unsatisfiable(Reasoner reasoner) {
        return reasoner.getUnsatisfiableClasses().getEntitiesMinusBottom().stream().map(OWLClass::toStringID).toList();
    }
}
