import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.CookieManager;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Map;
import latchkey.ApiClient;
import latchkey.ApiException;
import latchkey.api.ProjectsApi;
import latchkey.api.SessionApi;
import latchkey.api.SystemsApi;
import latchkey.api.TokensApi;
import latchkey.api.VerifyApi;
import latchkey.model.Call;
import latchkey.model.Decision;
import latchkey.model.Kind;
import latchkey.model.Login;
import latchkey.model.NewProject;
import latchkey.model.NewSystem;
import latchkey.model.NewToken;
import latchkey.model.NewVerifierKey;
import latchkey.model.Token;
import latchkey.model.TokenFile;

/**
 * The journey of the README with a client that is generated from the OpenAPI document. Prints its results as
 * JSON.
 */
public class GeneratedJourney {
    public static void main(String[] arguments) throws Exception {
        Map<String, String> environment = System.getenv();
        String run = environment.get("RUN");
        ObjectMapper json = new ObjectMapper();

        ApiClient admin = new ApiClient();
        admin.updateBaseUri(environment.get("LATCHKEY_URL"));
        admin.setHttpClientBuilder(HttpClient.newBuilder().cookieHandler(new CookieManager()));
        new SessionApi(admin)
                .logIn(new Login().username("admin").password(environment.get("LATCHKEY_ADMIN_PASSWORD")));

        String key = "java-" + run;
        SystemsApi systems = new SystemsApi(admin);
        systems.createSystem(new NewSystem().key(key).name("Java"));
        Object fleet = json.readValue(environment.get("FLEET"), Object.class);
        int added = systems.importOpenapi(key, fleet, null).getAdded().size();
        new ProjectsApi(admin).createProject(new NewProject().key(key).name("Java"));

        TokensApi tokens = new TokensApi(admin);
        NewToken wanted = new NewToken()
                .kind(Kind.RSA)
                .name("by a Java client " + run)
                .apis(List.of(key + ":readDevice"))
                .projects(List.of(key));
        Token token = tokens.createToken(wanted, null);
        TokenFile file = tokens.getTokenFile(token.getId());
        int taken = 0;
        try {
            tokens.createToken(wanted, null);
        } catch (ApiException refused) {
            taken = refused.getCode();
        }

        String verifierKey = systems.createVerifierKey(key, new NewVerifierKey().name("door")).getKey();
        ApiClient gateway = new ApiClient();
        gateway.updateBaseUri(environment.get("LATCHKEY_URL"));
        gateway.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + verifierKey));
        Call call = new Call()
                .credential(file.getOpenToken())
                .method("GET")
                .path("/projects/" + key + "/devices/7");
        Decision before = new VerifyApi(gateway).verifyCall(call);
        tokens.deleteToken(token.getId(), null);
        Decision after = new VerifyApi(gateway).verifyCall(call);

        Map<String, Object> found = Map.of(
                "added", added,
                "taken", taken,
                "before", before.getAllowed(),
                "after", String.valueOf(after.getReason()));
        System.out.println(json.writeValueAsString(found));
    }
}
