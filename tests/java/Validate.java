import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.jena.graph.Graph;
import org.apache.jena.graph.GraphUtil;
import org.apache.jena.riot.Lang;
import org.apache.jena.riot.RDFParser;
import org.apache.jena.shacl.ShaclValidator;
import org.apache.jena.shacl.Shapes;
import org.apache.jena.shacl.validation.ReportEntry;

/** Validates graphs with Jena: one background, to which each of many fixtures adds its statements. */
public class Validate {

    /**
     * Reads JSON, with graphs as N-Triples: the background, shapes by their names, and for each fixture its statements and
     * the name of its shapes. Prints each fixture's findings.
     */
    public static void main(String[] arguments) throws Exception {
        JsonNode request = new ObjectMapper().readTree(System.in);
        Graph background = graph(request.get("background"));
        Map<String, Shapes> shapes = request.get("shapes").properties().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, named -> Shapes.parse(graph(named.getValue()))));
        Map<String, List<List<String>>> findings = request.get("fixtures").properties().parallelStream()
            .collect(Collectors.toMap(Map.Entry::getKey, fixture -> {
                Graph data = graph(fixture.getValue().get("statements"));
                GraphUtil.addInto(data, background);
                return findings(shapes.get(fixture.getValue().get("shapes").asText()), data);
            }));
        new ObjectMapper().writeValue(System.out, findings);
    }

    private static Graph graph(JsonNode triples) {
        return RDFParser.fromString(triples.asText(), Lang.NTRIPLES).toGraph();
    }

    private static List<List<String>> findings(Shapes shapes, Graph data) {
        return ShaclValidator.get().validate(shapes, data).getEntries().stream().map(Validate::finding).toList();
    }

    private static List<String> finding(ReportEntry entry) {
        return List.of(
            entry.focusNode().toString(), entry.source().toString(), entry.severity().level().toString());
    }
}
